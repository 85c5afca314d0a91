/** Static data as named columns (protocol section 1). Knows no city: only bytes, names and numbers. */

export type NumberColumn =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;
export type Column = NumberColumn | readonly string[];

/** A file that is not what it should be; the message names the file and what is wrong with it. */
export class ColumnsError extends Error {
  constructor(
    readonly file: string,
    what: string,
  ) {
    super(`${file}: ${what}`);
    this.name = "ColumnsError";
  }
}

interface NumberColumnType<T extends NumberColumn> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
  new (length: number): T;
}

const NUMBER_TYPES: readonly NumberColumnType<NumberColumn>[] = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
];
const TEXT = 8;
const DELTA = 1;
const MAGIC = 0x31435043; // "CPC1" read as a little-endian u32
const LARGEST_INTEGER_TYPE = 5;

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly count: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The decoded columns of one file, asked for by name and type. */
export class Columns {
  constructor(
    readonly file: string,
    private readonly byName: ReadonlyMap<string, Column>,
  ) {}

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  get(name: string): Column | undefined {
    return this.byName.get(name);
  }

  /** A number column of exactly this type. Throws a ColumnsError where it is missing or of another type. */
  numbers<T extends NumberColumn>(name: string, type: NumberColumnType<T>): T {
    const column = this.byName.get(name);
    if (column === undefined) throw new ColumnsError(this.file, `the column ${name} is missing`);
    if (!(column instanceof type)) throw new ColumnsError(this.file, `the column ${name} is not of type ${type.name}`);
    return column;
  }

  text(name: string): readonly string[] {
    const column = this.byName.get(name);
    if (column === undefined) throw new ColumnsError(this.file, `the column ${name} is missing`);
    if (!Array.isArray(column)) throw new ColumnsError(this.file, `the column ${name} is not text`);
    return column as readonly string[];
  }
}

/** Reads a column file. `file` is its name in errors. The columns are copies: the buffer is not kept. */
export function decodeColumns(buffer: ArrayBuffer, file: string): Columns {
  const columns = new Map<string, Column>();
  for (const entry of readDirectory(buffer, file)) {
    const column = readColumn(buffer, entry, file);
    if (column !== null) columns.set(entry.name, column);
  }
  return new Columns(file, columns);
}

function readDirectory(buffer: ArrayBuffer, file: string): Entry[] {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8) throw new ColumnsError(file, "the file is truncated: it has no header");
  if (view.getUint32(0, true) !== MAGIC) throw new ColumnsError(file, "this is not a column file (it does not begin with CPC1)");
  const entries: Entry[] = [];
  const n = view.getUint32(4, true);
  let at = 8;
  for (let i = 0; i < n; i++) {
    const length = at < buffer.byteLength ? view.getUint8(at) : 0;
    if (at + 1 + length + 14 > buffer.byteLength) throw new ColumnsError(file, "the file is truncated inside its directory");
    const name = String.fromCharCode(...new Uint8Array(buffer, at + 1, length));
    at += 1 + length;
    entries.push({
      name,
      type: view.getUint8(at),
      flags: view.getUint8(at + 1),
      count: view.getUint32(at + 2, true),
      offset: view.getUint32(at + 6, true),
      bytes: view.getUint32(at + 10, true),
    });
    at += 14;
  }
  return entries;
}

function readColumn(buffer: ArrayBuffer, entry: Entry, file: string): Column | null {
  const { name, type, count, offset, bytes } = entry;
  if (offset + bytes > buffer.byteLength) throw new ColumnsError(file, `the column ${name} lies outside the file`);
  if (offset % 4 !== 0) throw new ColumnsError(file, `the column ${name} is not aligned to 4 bytes`);
  if (type === TEXT) return readText(new Uint8Array(buffer, offset, bytes), entry, file);
  const Type = NUMBER_TYPES[type];
  if (Type === undefined) return null; // a type of a later version: the column is as good as unknown (1.5)
  if (count * Type.BYTES_PER_ELEMENT !== bytes) throw new ColumnsError(file, `the column ${name} has ${bytes} bytes for ${count} values`);
  const column = new Type(buffer.slice(offset, offset + bytes));
  if ((entry.flags & DELTA) !== 0) {
    if (type > LARGEST_INTEGER_TYPE) throw new ColumnsError(file, `the column ${name} is delta coded but not of integers`);
    sumUp(column);
  }
  return column;
}

function readText(bytes: Uint8Array, entry: Entry, file: string): readonly string[] {
  if (entry.count === 0) return [];
  const strings = new TextDecoder().decode(bytes).split("\n");
  if (strings.length !== entry.count) {
    throw new ColumnsError(file, `the column ${entry.name} has ${strings.length} strings instead of ${entry.count}`);
  }
  return strings;
}

/** Differences to values, in place; the typed array wraps around by itself (1.4). */
function sumUp(column: NumberColumn): void {
  let sum = 0;
  for (let i = 0; i < column.length; i++) {
    sum = (sum + column[i]) | 0;
    column[i] = sum;
    sum = column[i];
  }
}
