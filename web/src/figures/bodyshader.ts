/** The vertex shader of a figure: its shape from one texture, its pose from another, its clothes' ease, its place. */
import { FRAMES, COLUMNS } from "./bake";
import { headFrame } from "./body";
import { SHAPES, TAILOR } from "./levels";
import { FIRST_HOLD, RATES, ROWS } from "./poses";
import { proportionsOf } from "./proportions";
import { ARM_SPREAD, BONE, BONES, FIRST_ARM_BONE, skeletonOf } from "./skeleton";

const f = (x: number): string => x.toFixed(5);
const tailor = skeletonOf(proportionsOf(TAILOR));
const t = tailor.proportions;
const shoulder = tailor.joints[BONE.upperArmL];
const heads = SHAPES.map((person) => headFrame(skeletonOf(proportionsOf(person))));
const tailorHead = headFrame(tailor);

/** Where things are on the tailor's body, in which clothes are cut and painted. m. */
export const MARKS_GLSL = /* glsl */ `
const float HIP = ${f(t.hip)}, KNEE = ${f(t.knee)}, WAIST = ${f(t.waist)}, NECK = ${f(t.neck)}, SHOULDER_Z = ${f(shoulder[2])}, SHOULDER_Y = ${f(shoulder[1])};
const float ARM = ${f(t.upperArm + t.forearm)};
const vec2 ALONG_ARM = vec2(${f(Math.sin(ARM_SPREAD))}, ${f(-Math.cos(ARM_SPREAD))});
const vec4 TAILOR_HEAD = vec4(${f(tailorHead.origin[0])}, 0.0, ${f(tailorHead.origin[2])}, ${f(tailorHead.scale)});
/** Shares of the arm: along it (0 the shoulder, 1 the wrist), and metres beside its axis. */
vec2 armAt(vec3 cut) {
  vec2 q = vec2(abs(cut.y) - SHOULDER_Y, cut.z - SHOULDER_Z);
  return vec2(dot(q, ALONG_ARM) / ARM, abs(dot(q, vec2(-ALONG_ARM.y, ALONG_ARM.x))));
}
bool onArm(vec2 arm) { return arm.x > 0.1 && arm.y < 0.07; }
uint bits(uint word, int from, int count) { return (word >> from) & ((1u << count) - 1u); }
`;

const INSTANCE_GLSL = /* glsl */ `
attribute uvec4 iPlace, iLook;
uniform highp sampler2D uShapes, uBones;
uniform float uClock;
const float RATES[${ROWS.length}] = float[${ROWS.length}](${RATES.map(f).join(", ")});
const vec4 HEADS[${SHAPES.length}] = vec4[${SHAPES.length}](${heads.map((h) => `vec4(${f(h.origin[0])}, 0.0, ${f(h.origin[2])}, ${f(h.scale)})`).join(", ")});
const float STATURE[${SHAPES.length}] = float[${SHAPES.length}](${SHAPES.map((p) => f(proportionsOf(p).stature)).join(", ")});
int shapeIndex() { return min(int(bits(iLook.w, 0, 5)), ${SHAPES.length - 1}); }
float scaleNow() { return 0.7 + 0.6 * float(bits(iLook.w, 5, 8)) / 255.0; }
float columnOf(uint row) {
  float phase = fract(float(iPlace.w >> 16) / 65536.0 + uClock * RATES[row]);
  return (float(row) * ${COLUMNS}.0 + 0.5 + phase * ${FRAMES}.0) / ${f(COLUMNS * ROWS.length)};
}
struct Cycle { float a, b, share, left, right; };
Cycle cycleNow() {
  Cycle c;
  c.a = columnOf(min(bits(iLook.x, 0, 8), ${ROWS.length - 1}u));
  c.b = columnOf(min(bits(iLook.x, 8, 8), ${ROWS.length - 1}u));
  c.share = float(bits(iLook.x, 16, 8)) / 255.0;
  uint holds = bits(iLook.x, 24, 8);
  c.left = (holds & 4u) != 0u ? columnOf(${FIRST_HOLD + 2}u) : -1.0;
  c.right = (holds & 1u) != 0u ? columnOf(${FIRST_HOLD}u) : (holds & 2u) != 0u ? columnOf(${FIRST_HOLD + 1}u) : -1.0;
  return c;
}
vec4 boneLine(Cycle c, int bone, int line) {
  float v = (float((shapeIndex() * ${BONES.length} + bone) * 3 + line) + 0.5) / ${f(SHAPES.length * BONES.length * 3)};
  float held = bone < ${FIRST_ARM_BONE} ? -1.0 : bone < ${BONE.shoulderR} ? c.left : c.right;
  if (held >= 0.0) return texture(uBones, vec2(held, v));
  vec4 a = texture(uBones, vec2(c.a, v));
  return c.share > 0.0 ? mix(a, texture(uBones, vec2(c.b, v)), c.share) : a;
}
mat4 boneMatrix(Cycle c, int bone) { return transpose(mat4(boneLine(c, bone, 0), boneLine(c, bone, 1), boneLine(c, bone, 2), vec4(0.0, 0.0, 0.0, 1.0))); }
vec3 turnedAbout(vec3 p) {
  float h = 6.28318531 * float(iPlace.w & 65535u) / 65536.0;
  return vec3(cos(h) * p.x - sin(h) * p.y, sin(h) * p.x + cos(h) * p.y, p.z);
}
vec3 placeNow() { return uintBitsToFloat(iPlace.xyz); }
vec4 shapeTexel(int at) { return texelFetch(uShapes, ivec2(at & 1023, at >> 10), 0); }
`;

/** The head of the vertex shader for anything that goes with a figure. */
export const FIGURE_HEAD = MARKS_GLSL + INSTANCE_GLSL;

/** Which row of a part a figure wears, or -1; and how far cloth stands off the skin there, m. */
const WEARING_GLSL = /* glsl */ `
int skirtCut(uint top, uint bottom) {
  if (top == 3u) return 3;
  if (top == 5u || bottom == 2u) return 2;
  return top == 1u || top == 6u ? 0 : 1;
}
int rowOf(int part) {
  int shape = shapeIndex();
  if (part == 0) return shape;
  if (part == 1) return int(bits(iLook.y, 8, 4)) - 1;
  if (part == 2) return int(bits(iLook.y, 12, 3)) - 1;
  int cut = skirtCut(bits(iLook.y, 23, 4), bits(iLook.y, 27, 3));
  return cut == 0 ? -1 : shape * 3 + cut - 1;
}
const float EASE[10] = float[10](0.004, 0.004, 0.010, 0.016, 0.010, 0.003, 0.006, 0.009, 0.010, 0.022);
float easeAt(vec3 cut) {
  uint top = bits(iLook.y, 23, 4), bottom = bits(iLook.y, 27, 3);
  vec2 arm = armAt(cut);
  if (onArm(arm)) {
    float sleeve = top == 0u ? 0.36 : top == 5u ? 0.24 : 0.97;
    float loose = top == 0u ? 0.009 : EASE[top];
    return loose * (1.0 - smoothstep(sleeve - 0.03, sleeve + 0.02, arm.x));
  }
  int hung = skirtCut(top, bottom); // under what hangs, the body makes room
  if (hung > 0 && cut.z < WAIST && cut.z > KNEE) return mix(0.004, hung == 1 ? -0.014 : -0.016, smoothstep(WAIST, WAIST - 0.06, cut.z) * (hung == 1 ? smoothstep(HIP - 0.15, HIP - 0.04, cut.z) : smoothstep(KNEE + 0.02, KNEE + 0.1, cut.z)));
  if (cut.z > HIP - 0.02) return EASE[top] * (1.0 - smoothstep(NECK - 0.1, NECK - 0.02, cut.z));
  if (bottom >= 2u || top == 5u) return 0.001;
  float hem = bottom == 1u ? KNEE + 0.05 : 0.088;
  float wide = bottom == 1u ? 0.014 : mix(0.004, 0.017, smoothstep(HIP - 0.1, 0.2, cut.z));
  return wide * smoothstep(hem - 0.022, hem + 0.012, cut.z);
}
`;

export const BODY_VERTEX_HEAD = /* glsl */ `
${FIGURE_HEAD}
${WEARING_GLSL}
attribute uvec4 aBones;
attribute vec4 aShares;
attribute vec3 aMisc; // part, number in the part, openness
uniform int uBase[4], uCount[4];
flat varying uvec4 vLook;
flat varying int vPart;
varying vec3 vCut, vHead, vPlaceF, vFacing;
varying float vOpen;

vec3 unfolded(float word) {
  vec2 e = vec2(mod(word, 256.0), floor(word / 256.0)) / 127.0 - 1.0;
  vec3 n = vec3(e, 1.0 - abs(e.x) - abs(e.y));
  if (n.z < 0.0) n.xy = (1.0 - abs(n.yx)) * vec2(n.x < 0.0 ? -1.0 : 1.0, n.y < 0.0 ? -1.0 : 1.0);
  return normalize(n);
}

/** Where this vertex is, and its normal, in the world. */
void figureVertex(out vec3 place, out vec3 facing) {
  int part = int(aMisc.x + 0.5);
  int shape = shapeIndex();
  int row = rowOf(part);
  vLook = iLook; vPart = part; vOpen = aMisc.z; vCut = position; vHead = vec3(0.0);
  if (row < 0) { place = vec3(0.0, 0.0, -1e6); facing = vec3(0.0, 0.0, 1.0); vPlaceF = place; vFacing = facing; return; }
  vec4 texel = shapeTexel(uBase[part] + row * uCount[part] + int(aMisc.y + 0.5));
  vec3 p = texel.xyz, n = unfolded(texel.w);
  vec4 head = HEADS[shape];
  if (part == 1 || part == 2) {
    vHead = p;
    if (part == 1 && bits(iLook.y, 12, 3) != 0u) { // hair lies flat under a hat
      vec3 r = p - vec3(-0.01, 0.0, 0.02);
      float flat_ = smoothstep(0.01, 0.05, p.z);
      p = vec3(-0.01, 0.0, 0.02) + r * mix(1.0, min(1.0, 0.094 / length(r * vec3(0.94, 1.1, 1.05))), flat_);
    }
    vCut = p * TAILOR_HEAD.w + TAILOR_HEAD.xyz;
    p = p * head.w + head.xyz;
  } else if (part == 0) {
    vHead = (position - TAILOR_HEAD.xyz) / TAILOR_HEAD.w;
    p += n * easeAt(position) * STATURE[shape] / ${f(t.stature)};
#ifdef NEAR
    float mouth = float(bits(iLook.w, 13, 3)) / 7.0;
    float jaw = smoothstep(-0.058, -0.068, vHead.z) * smoothstep(0.0, 0.05, vHead.x) * smoothstep(-0.15, -0.125, vHead.z);
    p.z -= 0.013 * mouth * jaw * head.w;
    p.x -= 0.004 * mouth * jaw * head.w;
#endif
  } else {
    vCut = p * ${f(t.stature)} / STATURE[shape];
  }
  Cycle c = cycleNow();
  vec4 q[3], r[3]; // lines of the body's bones, and of the arms' beside the chest
  for (int i = 0; i < 3; i++) { q[i] = vec4(0.0); r[i] = vec4(0.0); }
  float arms = 0.0;
  for (int k = 0; k < BONES_USED; k++) {
    float share = aShares[k];
    if (share <= 0.0) continue;
    int bone = int(aBones[k]);
    bool arm = bone >= ${FIRST_ARM_BONE};
    for (int i = 0; i < 3; i++) {
      vec4 line = share * boneLine(c, bone, i);
      if (arm) r[i] += line; else q[i] += line;
    }
    if (arm) arms += share;
  }
  vec4 h = vec4(p, 1.0);
  vec3 at = vec3(dot(q[0], h), dot(q[1], h), dot(q[2], h));
  vec3 to = vec3(dot(q[0].xyz, n), dot(q[1].xyz, n), dot(q[2].xyz, n));
  if (arms > 0.0) {
    mat4 chest = boneMatrix(c, ${BONE.chest});
    at += (chest * vec4(dot(r[0], h), dot(r[1], h), dot(r[2], h), arms)).xyz;
    to += mat3(chest) * vec3(dot(r[0].xyz, n), dot(r[1].xyz, n), dot(r[2].xyz, n));
  }
#if BONES_USED < 4
  float whole = 0.0;
  for (int k = 0; k < BONES_USED; k++) whole += aShares[k];
  at /= whole;
#endif
  place = placeNow() + turnedAbout(at * scaleNow());
  facing = normalize(turnedAbout(to));
  vPlaceF = place; vFacing = facing;
}
`;
