/** The colours of a figure: cloth, skin, hair and face by where a point lies on the tailor's body. All in the fragment shader. */
import { MARKS_GLSL } from "./bodyshader";
import { EYE, MOUTH_HEIGHT } from "./headfield";
import { CLOTH, HAIR_COLOURS, SKINS } from "./outfit";

/** sRGB to linear (IEC 61966-2-1), as a GLSL vector. */
function vec(colour: number): string {
  const channel = (shift: number): string => {
    const c = ((colour >> shift) & 255) / 255;
    return (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).toFixed(4);
  };
  return `vec3(${channel(16)}, ${channel(8)}, ${channel(0)})`;
}

const list = (name: string, colours: readonly number[]): string => `const vec3 ${name}[${colours.length}] = vec3[${colours.length}](${colours.map(vec).join(", ")});`;

export const PAINT_HEAD = /* glsl */ `
${MARKS_GLSL}
flat varying uvec4 vLook;
flat varying int vPart;
varying vec3 vCut, vHead, vPlaceF, vFacing;
varying float vOpen;
uniform float uClock;
${list("CLOTH", CLOTH)}
${list("SKIN", SKINS)}
${list("HAIRS", HAIR_COLOURS)}
vec3 cloth(uint word, int from) { return CLOTH[bits(word, from, 5)]; }
vec3 skinColour() { return SKIN[min(bits(vLook.y, 0, 4), ${SKINS.length - 1}u)]; }
vec3 hairColour() { return HAIRS[min(bits(vLook.y, 4, 4), ${HAIR_COLOURS.length - 1}u)]; }
/** 1 where x < edge, smooth over a pixel. */
float under(float x, float edge) { float w = max(fwidth(x), 1e-5); return 1.0 - smoothstep(edge - w, edge + w, x); }
float band(float x, float middle, float half_) { return under(abs(x - middle), half_); }

vec3 topPaint(vec3 c, vec2 arm, bool armed, uint top) {
  vec3 base = cloth(vLook.z, 0), accent = cloth(vLook.z, 5);
  float front = step(0.0, c.x);
  if (top == 0u) return bits(vLook.z, 5, 5) == 15u && !armed ? mix(base, accent, band(fract(c.z / 0.06), 0.5, 0.2) * step(1.0, c.z)) : base;
  if (top == 1u || top == 6u) {
    float placket = front * band(c.y, 0.0, 0.0125) * (armed ? 0.0 : 1.0);
    vec3 d = mix(base, base * 0.86, placket);
    d = mix(d, base * 0.4, front * (armed ? 0.0 : 1.0) * under(length(vec2(c.y, (fract(c.z / 0.085) - 0.5) * 0.085)), 0.0045));
    if (top == 6u) {
      d = mix(d, vec3(0.75, 0.6, 0.25), front * (armed ? 0.0 : 1.0) * under(length(vec2(c.y - 0.085, (c.z - SHOULDER_Z + 0.12) * 0.8)), 0.016));
      d = mix(d, accent, armed ? band(arm.x, 0.24, 0.02) : 0.0);
      d = mix(d, vec3(0.02), armed ? 0.0 : band(c.z, HIP + 0.075, 0.02));
    }
    return d;
  }
  if (top == 4u) return mix(base, base * 0.72, armed ? 1.0 - under(arm.x, 0.93) : 0.0);
  if (top == 7u) {
    if (armed) return mix(accent, vec3(0.8), band(arm.x, 0.72, 0.03));
    float strips = max(max(band(c.z, WAIST - 0.0, 0.022), band(c.z, WAIST + 0.15, 0.022)), band(abs(c.y), 0.095, 0.02) * step(WAIST + 0.15, c.z));
    return mix(mix(base * 1.15, vec3(0.82, 0.84, 0.86), strips), base * 0.5, front * band(c.y, 0.0, 0.004));
  }
  if (top == 9u) {
    float along = armed ? arm.x * 7.0 : c.z / 0.072;
    float seam = abs(fract(along) - 0.5) * 2.0;
    return mix(base * (0.82 + 0.26 * (1.0 - seam * seam)), base * 0.5, front * band(c.y, 0.0, 0.006) * (armed ? 0.0 : 1.0));
  }
  if (top == 5u) return mix(base, base * 0.8, band(c.z, WAIST + 0.02, 0.012) * (armed ? 0.0 : 1.0));
  // jacket, coat, suit: open at the neck, a shirt and a tie under it, lapels, buttons
  if (armed) return mix(base, base * 0.7, band(arm.x, 0.9, 0.006));
  float low = top == 8u ? WAIST + 0.06 : top == 3u ? WAIST + 0.2 : WAIST + 0.02;
  float open = max(c.z - low, 0.0) * (top == 8u ? 0.2 : 0.24) * front;
  vec3 d = mix(base, base * 0.45, front * band(c.y, open > 0.0 ? 1.0 : 0.004, 0.0035));
  d = mix(d, base * 0.78, front * step(low, c.z) * band(abs(c.y), open + 0.016, 0.014));
  d = mix(d, base * 0.5, front * step(low, c.z) * band(abs(c.y), open + 0.031, 0.0022));
  d = mix(d, base * 0.35, front * step(c.z, low) * under(length(vec2(c.y - 0.014, (fract(c.z / 0.11) - 0.5) * 0.11)), 0.0075));
  vec3 inner = top == 8u ? mix(vec3(0.82, 0.83, 0.82), accent, band(c.y, 0.0, 0.013 + 0.02 * smoothstep(NECK, low, c.z))) : accent;
  return mix(d, inner, front * step(low, c.z) * under(abs(c.y), open));
}

vec3 legPaint(vec3 c, uint top, uint bottom, out float bare) {
  bare = 0.0;
  vec3 shoe = cloth(vLook.z, 15);
  float rim = 0.088 - 0.1 * clamp(c.x - 0.02, 0.0, 0.3);
  bool dressed_ = top == 5u || bottom == 2u;
  float hem = dressed_ ? HIP - 0.06 : bottom == 1u ? KNEE + 0.055 : bottom == 3u ? 0.12 : 0.074;
  vec3 base = cloth(vLook.z, 10);
  vec3 d = base * (bottom == 0u ? 1.0 - 0.12 * band(abs(abs(c.y) - 0.084), 0.0, 0.004) * step(0.0, c.x) : 1.0);
  float skin = 1.0 - under(hem, c.z);
  if (dressed_ && top != 0u && bits(vLook.z, 15, 5) == 6u) { d = mix(d, skinColour() * 0.25, skin); skin = 0.0; } // tights with black shoes
  bare = skin;
  d = mix(d, skinColour(), skin);
  if (bottom == 1u) d = mix(d, vec3(0.8), under(c.z, 0.15) * skin);
  float on = under(c.z, rim);
  vec3 leather = mix(shoe, vec3(0.75, 0.73, 0.69) * (bits(vLook.z, 15, 5) == 0u ? 1.1 : 0.55), under(c.z, 0.017));
  leather = mix(leather, shoe * 0.6 + 0.12, band(abs(c.y) - 0.081, 0.004, 0.016) * step(0.03, c.x) * under(abs(c.x - 0.07), 0.032) * step(0.03, c.z) * step(0.5, fract(c.x * 62.0)));
  bare *= 1.0 - on;
  return mix(d, leather, on);
}

vec3 hairPaint(vec3 q) {
  if (bits(vLook.y, 8, 4) == 9u) return cloth(vLook.y, 15) * (0.92 + 0.1 * sin(60.0 * q.z + 25.0 * q.x));
  float around = atan(q.y, q.x + 0.01);
  float strands = sin(around * 38.0 + 3.0 * sin(q.z * 40.0)) * 0.5 + sin(around * 91.0 + q.z * 30.0) * 0.5;
  vec3 base = hairColour();
  return base * (0.94 + 0.16 * strands) + 0.012;
}
`;

/** A face by numbers: lids, irises, brows, lips, beard. Near figures only. */
export const FACE_HEAD = /* glsl */ `
vec3 facePaint(vec3 q, vec3 skin, uint look) {
  vec3 d = skin;
  float front = smoothstep(0.035, 0.06, q.x);
  float s = abs(q.y);
  uint word = vLook.w;
  float beard = float(bits(vLook.y, 20, 2)) / 3.0;
  d = mix(d, skin * vec3(1.05, 0.8, 0.76), 0.4 * front * exp(-pow(length(vec2(s - 0.042, q.z + 0.026)) / 0.02, 2.0)));
  d = mix(d, skin * vec3(1.0, 0.84, 0.8), 0.5 * exp(-pow(length(vec2(q.y, q.z + 0.031)) / 0.013, 2.0)) * step(0.085, q.x));
  if (beard > 0.0) {
    float chin = smoothstep(-0.035, -0.06, q.z + 0.18 * (0.07 - q.x) * step(0.0, 0.07 - q.x)) * smoothstep(-0.035, 0.01, q.x);
    float moustache = under(length(vec2(q.y / 0.026, (q.z + 0.0495) / 0.0065)), 1.0) * front;
    float lip = under(length(vec2(q.y / 0.0225, (q.z - (${MOUTH_HEIGHT.toFixed(4)})) / 0.0068)), 1.0);
    d = mix(d, hairColour() * 0.9 + 0.01, (0.25 + 0.68 * beard) * max(chin * (1.0 - lip) * step(q.z, -0.02), moustache) * step(-0.12, q.z));
  }
  // lips and the open mouth
  float open = float(bits(word, 13, 3)) / 7.0, wide = mix(0.75, 1.12, float(bits(word, 16, 2)) / 3.0);
  vec2 m = vec2(q.y / (0.0225 * wide), (q.z - (${MOUTH_HEIGHT.toFixed(4)}) - 0.0012 * cos(q.y * 150.0)));
  float bow = 0.0062 * (1.0 - m.x * m.x) * (m.y > 0.0 ? 0.9 + 0.18 * cos(q.y * 420.0) : 1.15);
  float lips = front * under(abs(m.y), max(bow, 0.0)) * step(abs(m.x), 1.0);
  d = mix(d, skin * vec3(0.92, 0.58, 0.56), 0.72 * lips);
  d = mix(d, skin * vec3(0.38, 0.2, 0.19), front * 0.8 * step(abs(m.x), 1.0) * under(abs(m.y), 0.0009 + 0.0009 * (1.0 - m.x * m.x)));
  if (open > 0.0) {
    float gape = 0.0085 * open * sqrt(max(1.0 - m.x * m.x * 1.2, 0.0));
    float hole = front * under(abs(m.y + 0.4 * gape), gape) * step(abs(m.x), 0.9);
    d = mix(d, mix(vec3(0.09, 0.02, 0.02), vec3(0.8, 0.77, 0.7), under(-m.y, -0.25 * gape) * 0.9), hole);
  }
  // eyes: white, iris where it looks, lids that close from above, lashes
  vec2 e = vec2(s - ${EYE[1].toFixed(4)}, q.z - ${EYE[2].toFixed(4)} - 0.09 * (s - ${EYE[1].toFixed(4)}));
  float seed = float(vLook.y ^ (vLook.z * 2654435761u)) / 4294967296.0;
  float blink = smoothstep(0.0, 0.07, abs(fract(uClock / (2.6 + 2.5 * seed) + seed) * (2.6 + 2.5 * seed) - 0.12));
  float lids = min(float(bits(word, 20, 2)) / 3.0, blink);
  float x2 = 1.0 - pow(e.x / 0.0148, 2.0);
  float upper = 0.0070 * x2 * lids - 0.0035 * (1.0 - lids), lower = -0.0056 * x2;
  float eye = front * step(0.0, x2) * under(e.y, upper) * under(lower, e.y);
  vec2 gaze = vec2((float(bits(word, 22, 4)) / 15.0 - 0.5) * 0.011, (float(bits(word, 26, 3)) / 7.0 - 0.5) * 0.006);
  vec2 i = vec2(e.x - sign(q.y) * gaze.x, e.y - gaze.y - 0.0006);
  float r = length(i);
  vec3 iris = mix(vec3(0.055, 0.026, 0.012), look % 7u == 3u ? vec3(0.1, 0.2, 0.3) : vec3(0.13, 0.06, 0.025), smoothstep(0.002, 0.0055, r));
  vec3 ball = mix(vec3(0.68, 0.66, 0.64), iris, under(r, 0.0062));
  ball = mix(ball, vec3(0.008), max(under(r, 0.0028), 0.7 * band(r, 0.006, 0.0006)));
  ball += 0.9 * under(length(i - vec2(0.0018 * sign(q.y), 0.0022)), 0.0012);
  ball *= 0.72 + 0.28 * smoothstep(0.0, 0.004, upper - e.y);
  d = mix(d, skin * vec3(0.82, 0.68, 0.64), 0.55 * front * exp(-pow(length(vec2(e.x / 0.02, (e.y - 0.003) / 0.0125)), 4.0)));
  d = mix(d, ball, eye);
  float lash = front * under(abs(e.y - upper), 0.0011 + 0.0009 * step(0.0, e.x)) * step(abs(e.x), 0.0152);
  d = mix(d, vec3(0.02, 0.012, 0.01), 0.9 * lash);
  d = mix(d, skin * 0.5, 0.5 * front * under(abs(e.y - 0.0115 * x2 - 0.0005), 0.0007) * step(0.1, x2) * lids);
  // brows
  float lift = (float(bits(word, 18, 2)) / 3.0 - 0.5) * 0.009;
  float arch = 0.0265 + lift - 30.0 * pow(s - 0.036, 2.0) + lift * 6.0 * (0.03 - s);
  float thick = 0.0034 * smoothstep(0.056, 0.03, s) + 0.0007;
  d = mix(d, hairColour() * 0.75 + 0.008, 0.85 * front * under(abs(q.z - arch), thick) * step(0.0125, s) * step(s, 0.054));
  d = mix(d, skin * vec3(0.3, 0.16, 0.14), 0.75 * under(length(vec2(s - 0.0066, q.z + 0.0405)), 0.0032) * step(0.08, q.x));
  if (bits(vLook.y, 22, 1) != 0u) {
    float rim = abs(max(abs(s - 0.033) / 1.22, abs(q.z - 0.0005)) - 0.0165);
    float bar = front * max(under(rim, 0.0014), band(q.z, 0.007, 0.0013) * step(s, 0.014));
    bar = max(bar, band(q.z, 0.008, 0.0016) * step(-0.01, q.x) * step(0.053, s) * (1.0 - under(q.x, -0.012)));
    d = mix(d, vec3(0.015), bar * step(-0.0, q.x + 0.012));
  }
  return d;
}
`;

/** Sets `diffuseColor.rgb` from what the point is. */
export const PAINT = /* glsl */ `
{
  uint top = bits(vLook.y, 23, 4), bottom = bits(vLook.y, 27, 3);
  vec3 c = vCut;
  vec3 paint = skinColour();
  float bare = 0.0;
  if (vPart == 1) paint = hairPaint(vHead);
  else if (vPart == 2) paint = cloth(vLook.y, 15) * (1.0 - 0.25 * band(vHead.z, 0.066, 0.006) * float(bits(vLook.y, 12, 3) == 5u));
  else if (vPart == 3) {
    bool own = top == 5u || top == 3u || bottom != 2u;
    paint = topPaint(c, vec2(0.0, 1.0), false, top);
    if (!own) paint = mix(paint, cloth(vLook.z, 10), under(c.z, top == 1u || top == 6u ? HIP + 0.09 : HIP - 0.03));
    if (!gl_FrontFacing) paint *= 0.45;
  } else {
    vec2 arm = armAt(c);
    bool armed = onArm(arm);
    float sleeve = top == 0u ? 0.36 : top == 5u ? 0.24 : 0.985;
    float collar = NECK + (top == 1u || top == 6u || top == 8u || top == 3u || top == 9u || top == 2u ? 0.002 : -0.022) - 0.05 * smoothstep(-0.03, 0.075, c.x) * (top == 9u || top == 6u ? 0.2 : 1.0);
    if (c.z < HIP + 0.08 && !armed) {
      float waist = HIP + (top == 1u || top == 6u ? 0.062 : 0.03);
      paint = legPaint(c, top, bottom, bare);
      paint = mix(topPaint(c, arm, armed, top), paint, under(c.z, waist));
      if (top == 1u) paint = mix(paint, vec3(0.03, 0.02, 0.015), band(c.z, waist, 0.014));
    } else {
      float wide = max(length(c.xy + vec2(0.018, 0.0)) - 0.066, 0.0); // shoulders are as high as a collar, but further out
      float covered = armed ? under(arm.x, sleeve) : under(c.z - 1.3 * wide, collar);
      vec3 skin = paint;
      bare = 1.0 - covered;
      if (bare > 0.0 && !armed) {
        if (bits(vLook.y, 8, 4) != 8u && bits(vLook.y, 8, 4) != 0u) { // the scalp under thin hair is not bare
          float scalp = smoothstep(-0.02, -0.055, vHead.x) * smoothstep(-0.085, -0.055, vHead.z) + smoothstep(0.075, 0.095, vHead.z);
          skin = mix(skin, hairColour(), clamp(scalp, 0.0, 1.0) * 0.8);
        }
#ifdef NEAR
        skin = facePaint(vHead, skin, vLook.y);
#else
        float s = abs(vHead.y);
        float front = step(0.05, vHead.x);
        skin = mix(skin, skin * 0.28, 0.8 * front * max(exp(-pow(length(vec2((s - 0.0315) / 0.014, (vHead.z - 0.004) / 0.008)), 2.0)), 0.8 * exp(-pow(length(vec2((s - 0.033) / 0.02, (vHead.z - 0.025) / 0.004)), 2.0))));
        skin = mix(skin, skin * vec3(0.75, 0.42, 0.4), 0.7 * front * exp(-pow(length(vec2(vHead.y / 0.02, (vHead.z + 0.063) / 0.007)), 2.0)));
        float beard = float(bits(vLook.y, 20, 2)) / 3.0;
        skin = mix(skin, hairColour(), 0.75 * beard * smoothstep(-0.04, -0.06, vHead.z) * smoothstep(-0.02, 0.02, vHead.x) * step(-0.12, vHead.z));
#endif
      }
#ifdef NEAR
      if (armed && arm.x > 1.0) { // fingers
        float across = c.x * 92.0 + 0.35;
        skin = mix(skin, skin * 0.62, 0.6 * smoothstep(1.2, 1.24, arm.x) * smoothstep(0.32, 0.5, abs(fract(across) - 0.5)) * step(abs(c.x + 0.02), 0.035));
      }
#endif
      paint = mix(skin, topPaint(c, arm, armed, top), covered);
      if (!armed) paint = mix(paint, paint * 0.6, band(c.z - 1.3 * wide, collar, 0.003));
      else if (sleeve < 0.9) paint = mix(paint, paint * 0.72, band(arm.x, sleeve, 0.006));
    }
    paint *= mix(vec3(0.62, 0.55, 0.55), vec3(1.0), smoothstep(0.2, 0.85, vOpen));
  }
  diffuseColor.rgb = paint;
  // light that comes through skin and off cloth at grazing angles
  vec3 eye = normalize(cameraPosition - vPlaceF);
  float rim = pow(1.0 - abs(dot(eye, normalize(vFacing))), 3.0);
  totalEmissiveRadiance += paint * mix(vec3(0.1), vec3(0.2, 0.12, 0.1), bare) * rim;
}
`;
