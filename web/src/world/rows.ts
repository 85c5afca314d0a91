/** Row by id, for tables that are rewritten many times a second: open addressing in two typed arrays, no allocation. */
export class RowIndex {
  private mask = 0;
  private keys = new Uint32Array(1);
  private rows = new Int32Array(1).fill(-1);

  /** Forgets everything and makes room for n ids. */
  clear(n: number): void {
    const slots = 2 ** Math.ceil(Math.log2(2 * n + 2));
    if (slots > this.keys.length) {
      this.keys = new Uint32Array(slots);
      this.rows = new Int32Array(slots);
    }
    this.mask = this.keys.length - 1;
    this.rows.fill(-1);
  }

  set(id: number, row: number): void {
    let slot = this.slot(id);
    while (this.rows[slot] >= 0 && this.keys[slot] !== id) slot = (slot + 1) & this.mask;
    this.keys[slot] = id;
    this.rows[slot] = row;
  }

  /** -1 where there is none. */
  get(id: number): number {
    let slot = this.slot(id);
    while (this.rows[slot] >= 0) {
      if (this.keys[slot] === id) return this.rows[slot];
      slot = (slot + 1) & this.mask;
    }
    return -1;
  }

  private slot(id: number): number {
    return (Math.imul(id, 0x9e3779b1) >>> 12) & this.mask;
  }
}
