/** Sun, moon and sky light at the city's hour, and the shadows they throw. */
import { Color, Group, HemisphereLight, Vector3, type PerspectiveCamera, type WebGLRenderer } from "three";
import { SunLight } from "three/addons/lights/SunLight.js";

import { air } from "./air";
import { daylightAt, linear, type Daylight } from "./daylight";
import { directionOf, moonPosition, sunPosition, universalTime, type CivilTime, type Observer } from "./sun";

const MOONLIGHT = linear(0x9fb4e0);
const MOON_STRENGTH = 0.3;
const AIR_HEIGHT = 400; // m in which the air thins out, as in the shader
const REST = 400; // ms between shadow maps that only things arriving ask for
const LOWEST = 0.06; // rad; light from lower would throw endless shadows

export type Place = Observer & CivilTime;

export class Light {
  readonly group = new Group();
  /** Of the moment. */
  day: Daylight = daylightAt(20);
  moonLit = 1;
  private readonly sun = new SunLight(0xffffff, 1);
  private readonly sky = new HemisphereLight(0xffffff, 0x888888, 1);
  private readonly from = new Vector3();
  private readonly lastEye = new Float64Array(17);
  private stale = true;
  private drawnAt = -Infinity;

  constructor(mapSize: number) {
    this.sky.position.set(0, 0, 1);
    this.sun.castShadow = mapSize > 0;
    this.sun.shadow.mapSize.set(mapSize || 1, mapSize || 1);
    this.sun.shadow.autoUpdate = false;
    this.sun.shadow.bias = -0.0004;
    this.sun.shadow.normalBias = 0.25;
    this.sun.shadow.radius = 2.2;
    this.group.add(this.sun, this.sky);
  }

  /** How dark shadows are, 0 .. 1; none are drawn at 0. */
  set shadows(share: number) {
    this.sun.shadow.intensity = share;
  }

  /** Something that throws a shadow has come or gone. */
  touch(): void {
    this.stale = true;
  }

  /** Sets all light for a city time, s after midnight of day 0. */
  setTime(cityTime: number, place: Place, renderer: WebGLRenderer): void {
    const time = universalTime(cityTime, place);
    const sun = sunPosition(time, place);
    const moon = moonPosition(time, place);
    this.day = daylightAt((sun.elevation * 180) / Math.PI);
    this.moonLit = moon.lit;
    air.uSun.value.set(...directionOf(sun));
    air.uMoon.value.set(...directionOf(moon));
    const bySun = sun.elevation > -0.02;
    const moonUp = moon.elevation > 0.05;
    const source = bySun ? sun : moonUp ? moon : { azimuth: 2.3, elevation: 0.9 };
    const strength = bySun ? 1 : MOON_STRENGTH * (moonUp ? 0.4 + 0.6 * moon.lit : 0.5) * this.day.stars;
    this.shine(directionOf({ azimuth: source.azimuth, elevation: Math.max(source.elevation, LOWEST) }), bySun, strength);
    this.spread(renderer);
  }

  /** Fits the shadows to what is seen at `now` (ms), when it or the light has changed. */
  fit(camera: PerspectiveCamera, reach: number, now: number): void {
    air.uHaze.value = this.day.haze * Math.exp(-Math.max(camera.position.z, 0) / AIR_HEIGHT);
    const e = camera.matrixWorld.elements;
    let moved = this.lastEye[16] !== reach;
    for (let i = 0; i < 16; i++) moved ||= this.lastEye[i] !== e[i];
    if (this.sun.shadow.intensity === 0 || (!moved && (!this.stale || now - this.drawnAt < REST))) return;
    this.lastEye.set(e);
    this.lastEye[16] = reach;
    this.stale = false;
    this.drawnAt = now;
    this.sun.shadow.camera.far = reach;
    this.sun.shadow.needsUpdate = true;
  }

  dispose(): void {
    this.sun.dispose();
    this.sky.dispose();
  }

  private shine(direction: [number, number, number], bySun: boolean, strength: number): void {
    const [r, g, b] = bySun ? this.day.sun : MOONLIGHT;
    this.sun.color.setRGB(r * strength, g * strength, b * strength);
    air.uLight.value.set(r * strength, g * strength, b * strength);
    const target = new Vector3(...direction);
    if (this.from.angleTo(target) < 0.002) return; // so that shadows creep in steps, not every frame
    this.from.copy(target);
    this.sun.position.copy(target);
    this.sun.updateMatrixWorld();
    this.stale = true;
  }

  private spread(renderer: WebGLRenderer): void {
    const { day } = this;
    this.sky.color = new Color(...day.sky);
    this.sky.groundColor = new Color(...day.ground);
    this.sky.intensity = 1;
    air.uZenith.value.set(...day.zenith);
    air.uHorizon.value.set(...day.horizon);
    air.uGlow.value.set(...day.glow);
    air.uNight.value = day.night;
    renderer.toneMappingExposure = day.exposure;
  }
}
