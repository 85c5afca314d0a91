/** Plain arrays from the worker to three's geometry. */
import { BufferAttribute, BufferGeometry, Mesh, Sphere, Vector3, type Material } from "three";

import type { MeshData } from "./geometry/mesh";

export function geometryOf(data: MeshData): BufferGeometry {
  const geometry = new BufferGeometry();
  for (const [name, { array, size, normalized }] of Object.entries(data.attributes)) {
    geometry.setAttribute(name, new BufferAttribute(array, size, normalized));
  }
  geometry.setIndex(new BufferAttribute(data.index, 1));
  const [x, y, z, radius] = data.sphere;
  geometry.boundingSphere = new Sphere(new Vector3(x, y, z), radius);
  return geometry;
}

/** A mesh that never moves. */
export function fixedMesh(data: MeshData, material: Material, order = 0): Mesh {
  const mesh = new Mesh(geometryOf(data), material);
  mesh.matrixAutoUpdate = false;
  mesh.matrixWorldAutoUpdate = false;
  mesh.renderOrder = order;
  return mesh;
}

/** When a thing is drawn: what lies flat on the ground is painted in this order, then all that stands. */
export const Order = { SKY: -100, GROUND: -90, LAND: -80, WATER: -70, STREET: -50, CONTACT: -40, SOLID: 0, GLOW: 50, HIGHLIGHT: 60, LABEL: 90 } as const;
