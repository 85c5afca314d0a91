/** Plain arrays from the worker to three's geometry. */
import { BufferAttribute, BufferGeometry, Mesh, NotEqualStencilFunc, ReplaceStencilOp, Sphere, Vector3, type Material } from "three";

import type { MeshData } from "./geometry/mesh";

export function geometryOf(data: MeshData): BufferGeometry {
  const geometry = new BufferGeometry();
  for (const [name, { array, size, normalized }] of Object.entries(data.attributes)) {
    geometry.setAttribute(name, handedOver(new BufferAttribute(array, size, normalized)));
  }
  geometry.setIndex(handedOver(new BufferAttribute(data.index, 1)));
  const [x, y, z, radius] = data.sphere;
  geometry.boundingSphere = new Sphere(new Vector3(x, y, z), radius);
  return geometry;
}

/** The array is let go once the graphics card has it: nothing on this side reads it again. */
function handedOver(attribute: BufferAttribute): BufferAttribute {
  return attribute.onUpload(() => {
    (attribute as { array: unknown }).array = null;
  });
}

/** A mesh that never moves. */
export function fixedMesh(data: MeshData, material: Material, order = 0): Mesh {
  const mesh = new Mesh(geometryOf(data), material);
  mesh.matrixAutoUpdate = false;
  mesh.matrixWorldAutoUpdate = false;
  mesh.renderOrder = order;
  return mesh;
}

/**
 * When a thing is drawn: what stands, then streets, then what is behind all of them (the topmost first, each pixel
 * once), then what is laid over the picture.
 */
export const Order = { SOLID: 0, STREET: 10, WATER: 20, LAND: 21, GROUND: 22, SKY: 30, CONTACT: 40, GLOW: 50, HIGHLIGHT: 60 } as const;

/** For materials of the ground: nothing of it is seen where something stands, and each pixel is painted once. */
export const BACKDROP = {
  depthWrite: false,
  stencilWrite: true,
  stencilRef: 1,
  stencilFunc: NotEqualStencilFunc,
  stencilZPass: ReplaceStencilOp,
} as const;
