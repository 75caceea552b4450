import { LanewiseError } from './error.ts';
import { readValue } from './json-value.ts';
import { setOwn } from './objects/own.ts';
import { decodeText } from './objects/strings.ts';
import { decodeWtf8 } from './objects/wtf8.ts';

/** One row a record: of each selector of a query its first match. */
export interface Columns<K extends string = string> {
  readonly rows: number;
  /** @throws {TypeError} when there is none of this name */
  column(name: K): Column;
  /** The values of one record, undefined where there is none. */
  row(i: number): { [P in K]: unknown };
}

/**
 * The values of one selector. It is int64 when every value is an integer of 64 bits and one is outside the safe range (`get` gives BigInt), float64
 * when every one is a number, string when every one is a string, else mixed. A missing value is undefined, null is null; neither
 * changes the type.
 */
export interface Column {
  readonly type: ColumnType;
  /** Whether there is a value, be it null. @throws {TypeError} for a row that is not there, as `get` */
  has(i: number): boolean;
  get(i: number): unknown;
  toArray(): unknown[];
  /**
   * One number a row, NaN or 0 where there is none; or the bytes of all texts behind each other: of strings their UTF-8 (a lone surrogate is
   * three bytes of its own), of mixed values JSON.
   */
  readonly data: Float64Array | BigInt64Array | Uint8Array;
  /** Of texts where in `data` the one of each row ends, which is where the next one starts. */
  readonly ends: Uint32Array | undefined;
}

/** What a column holds. */
export type ColumnType = (typeof TYPES)[number];

/** By their numbers: `Type` in `crates/lanewise-transcode/src/ndjson/column.rs`. */
const TYPES = ['float64', 'int64', 'string', 'mixed'] as const;
/** Words of the head: one with the number of rows, four of each column. */
const COLUMN_WORDS = 4;
const ALIGNMENT = 8;
/** Up to here all strings of a column are decoded at once. */
const WHOLE_MAX = 1 << 28;

/** Reads what `ndjsonColumns` gives, an array of its own: `columns` in `crates/lanewise-transcode/src/ndjson/columns.rs` says what it is. */
export function readColumns<K extends string>(names: readonly K[], bytes: Uint8Array<ArrayBuffer>): Columns<K> {
  const head = new Uint32Array(bytes.buffer, 0, 1 + COLUMN_WORDS * names.length);
  const rows = head[0] as number;
  let at = 0;
  const section = (size: number) => {
    const start = at;
    at += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const words = (count: number) => new Uint32Array(bytes.buffer, section(count * Uint32Array.BYTES_PER_ELEMENT), count);
  section(head.byteLength);
  const columns = names.map((_, i) => {
    const [type, missingWords, nullWords, textSize] = head.subarray(1 + COLUMN_WORDS * i) as unknown as [number, number, number, number];
    const data = dataOf(bytes, type, rows, textSize, section);
    const ends = data instanceof Uint8Array ? words(rows) : undefined;
    const missing = words(missingWords);
    return columnOf(rows, { missing, nulls: words(nullWords) }, data, ends, TYPES[type] as ColumnType);
  });
  return new ColumnTable(rows, names, columns);
}

type Data = Float64Array | BigInt64Array | Uint8Array;

function dataOf(bytes: Uint8Array<ArrayBuffer>, type: number, rows: number, textSize: number, section: (size: number) => number): Data {
  if (TYPES[type] === 'float64') return new Float64Array(bytes.buffer, section(rows * Float64Array.BYTES_PER_ELEMENT), rows);
  if (TYPES[type] === 'int64') return new BigInt64Array(bytes.buffer, section(rows * BigInt64Array.BYTES_PER_ELEMENT), rows);
  return new Uint8Array(bytes.buffer, section(textSize), textSize);
}

function columnOf(rows: number, gaps: Gaps, data: Data, ends: Uint32Array | undefined, type: ColumnType): Column {
  if (!(data instanceof Uint8Array) || ends === undefined) return new NumberColumn(rows, gaps, data as Float64Array | BigInt64Array);
  return type === 'string' ? new StringColumn(rows, gaps, data, ends) : new MixedColumn(rows, gaps, data, ends);
}

class ColumnTable<K extends string> implements Columns<K> {
  readonly rows: number;
  readonly #columns: ReadonlyMap<K, Column>;

  constructor(rows: number, names: readonly K[], columns: readonly Column[]) {
    this.rows = rows;
    this.#columns = new Map(names.map((name, i) => [name, columns[i] as Column]));
  }

  column(name: K): Column {
    const column = this.#columns.get(name);
    if (column === undefined) throw new TypeError(`there is no column ${JSON.stringify(name)}`);
    return column;
  }

  row(i: number): { [P in K]: unknown } {
    const row = {};
    for (const [name, column] of this.#columns) setOwn(row, name, column.get(i));
    return row as { [P in K]: unknown };
  }
}

/** Rows without a value and with null: a bit each, the low one first. Words at the end that are not there are 0. */
interface Gaps {
  readonly missing: Uint32Array;
  readonly nulls: Uint32Array;
}

function hasBit(words: Uint32Array, i: number): boolean {
  const word = words[i >>> 5];
  return word !== undefined && ((word >>> (i & 31)) & 1) !== 0;
}

/** What all columns have in common. */
abstract class ColumnBase {
  readonly #rows: number;
  readonly #gaps: Gaps;

  constructor(rows: number, gaps: Gaps) {
    this.#rows = rows;
    this.#gaps = gaps;
  }

  /** The value of a row that has one. */
  protected abstract value(i: number): unknown;

  has(i: number): boolean {
    this.#check(i);
    return !hasBit(this.#gaps.missing, i);
  }

  get(i: number): unknown {
    this.#check(i);
    return this.#get(i, this.value);
  }

  toArray(): unknown[] {
    return this.arrayOf(this.value);
  }

  protected arrayOf(value: (this: this, i: number) => unknown): unknown[] {
    const values: unknown[] = [];
    for (let i = 0; i < this.#rows; i++) values.push(this.#get(i, value));
    return values;
  }

  #get(i: number, value: (this: this, i: number) => unknown): unknown {
    const { missing, nulls } = this.#gaps;
    if (hasBit(missing, i)) return undefined;
    return hasBit(nulls, i) ? null : value.call(this, i);
  }

  #check(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.#rows) throw new TypeError(`there is no row ${i} among ${this.#rows}`);
  }
}

class NumberColumn extends ColumnBase implements Column {
  readonly type: 'float64' | 'int64';
  readonly data: Float64Array | BigInt64Array;
  readonly ends = undefined;

  constructor(rows: number, gaps: Gaps, data: Float64Array | BigInt64Array) {
    super(rows, gaps);
    this.type = data instanceof Float64Array ? 'float64' : 'int64';
    this.data = data;
  }

  protected override value(i: number): unknown {
    return this.data[i];
  }
}

/** What columns of texts have in common. */
abstract class TextColumn extends ColumnBase {
  readonly data: Uint8Array;
  readonly ends: Uint32Array;

  constructor(rows: number, gaps: Gaps, data: Uint8Array, ends: Uint32Array) {
    super(rows, gaps);
    this.data = data;
    this.ends = ends;
  }
}

class StringColumn extends TextColumn implements Column {
  readonly type = 'string';

  protected override value(i: number): unknown {
    return decode(this.data, startOf(this.ends, i), this.ends[i] as number);
  }

  /** Where all strings are ASCII they are parts of one. */
  override toArray(): unknown[] {
    const { data, ends } = this;
    const whole = data.length <= WHOLE_MAX ? decodeText(data, 0, data.length) : undefined;
    if (whole === undefined || whole.length !== data.length) return super.toArray();
    return this.arrayOf((i) => whole.slice(startOf(ends, i), ends[i]));
  }
}

class MixedColumn extends TextColumn implements Column {
  readonly type = 'mixed';

  protected override value(i: number): unknown {
    return readValue(this.data, startOf(this.ends, i), this.ends[i] as number);
  }
}

function startOf(ends: Uint32Array, i: number): number {
  return i === 0 ? 0 : (ends[i - 1] as number);
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  const text = decodeWtf8(bytes, start, end);
  if (text === undefined) throw new LanewiseError('LW_SIZE');
  return text;
}
