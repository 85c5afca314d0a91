/** What is chosen glows: buildings and vehicles by their shaders, edges by their tint, the rest by a ring on the ground. */
import { AdditiveBlending, Mesh, RingGeometry, ShaderMaterial } from "three";

import type { Thing } from "../world/model";
import type { World } from "../world/world";
import { air } from "./air";
import { Order } from "./meshes";

export class Highlight {
  readonly ring: Mesh;

  constructor() {
    const material = new ShaderMaterial({
      uniforms: { uTime: air.uTime },
      transparent: true,
      depthTest: false,
      depthWrite: false,
      blending: AdditiveBlending,
      vertexShader: `varying vec2 vAt; uniform float uTime;
        void main() { vAt = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position.xy * (1.0 + 0.06 * sin(uTime * 4.0)), 0.0, 1.0); }`,
      fragmentShader: `varying vec2 vAt;
        void main() { float r = length(vAt); gl_FragColor = vec4(1.0, 0.62, 0.18, 0.9 * smoothstep(0.7, 0.84, r) * (1.0 - smoothstep(0.94, 1.0, r))); }`,
    });
    this.ring = new Mesh(new RingGeometry(0.68, 1, 64, 1), material);
    this.ring.renderOrder = Order.HIGHLIGHT;
    this.ring.visible = false;
  }

  show(thing: Thing | null, world: World): void {
    const at = thing && placeOf(thing, world);
    this.ring.visible = at !== null;
    if (!at) return;
    this.ring.position.set(at[0], at[1], at[2] + 0.3);
    this.ring.scale.setScalar(at[3]);
  }
}

/** x, y, z and radius of a thing that a ring is drawn around, or null. */
function placeOf({ kind, id }: Thing, { network, ground }: World): [number, number, number, number] | null {
  if (!network || !ground) return null;
  const { junctions, signals } = network;
  switch (kind) {
    case "junction":
      return id < junctions.count ? [junctions.x[id], junctions.y[id], junctions.level[id], 14] : null;
    case "signal": {
      const junction = signals.junction[id] ?? -1;
      return junction >= 0 ? [junctions.x[junction], junctions.y[junction], junctions.level[junction], 16] : null;
    }
    case "stop":
      return id < ground.stops.x.length ? [ground.stops.x[id], ground.stops.y[id], 0, 6] : null;
    case "place":
      return id < ground.places.x.length ? [ground.places.x[id], ground.places.y[id], 0, 12] : null;
    default:
      return null;
  }
}
