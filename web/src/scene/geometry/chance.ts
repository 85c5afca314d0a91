/** Numbers that look random and depend only on the ids they are made from: the city looks the same to everyone. */

/** 0 .. 1 from two whole numbers (after the finaliser of MurmurHash3, Appleby 2008). */
export function chance(id: number, salt = 0): number {
  let h = (id ^ Math.imul(salt + 1, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

export function pick<T>(from: readonly T[], id: number, salt = 0): T {
  return from[Math.floor(chance(id, salt) * from.length)];
}
