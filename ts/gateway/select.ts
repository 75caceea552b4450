import { LanewiseError } from '../error.ts';
import * as msgpack from '../msgpack.ts';
import { Query } from '../query.ts';
import type { Format } from './media.ts';

const encoder = new TextEncoder();
const LONE_SURROGATE = /\p{Surrogate}/u;
const BRACES = { open: encoder.encode('{'), close: encoder.encode('}') };
/** Of the headers of a MessagePack map. */
const FIXMAP_MAX = 15;
const MAP16_MAX = 0xffff;

/** What is taken of a body: the first value of each name, in the order of the names. */
export class Selection {
  readonly selectors: Readonly<Record<string, string>>;
  readonly #query: Query;
  readonly #names: Readonly<Record<Format, readonly Uint8Array[]>>;

  /** @throws {LanewiseError} as `Query`; {TypeError} for a name with a lone surrogate */
  constructor(selectors: Readonly<Record<string, string>>) {
    const names = Object.keys(selectors);
    for (const name of names) if (LONE_SURROGATE.test(name)) throw new TypeError(`the name ${JSON.stringify(name)} has a lone surrogate`);
    this.selectors = { ...selectors };
    this.#query = new Query({ ...selectors });
    this.#names = {
      json: names.map((name) => encoder.encode(`${JSON.stringify(name)}:`)),
      msgpack: names.map((name) => msgpack.encode(name)),
    };
  }

  /**
   * The bytes of an object with the values, each by `convert`; names without a value are left out. The whole body is checked.
   *
   * @throws {LanewiseError} as `Query.pick` and `convert`, the offset that of the body
   */
  bytes(body: Uint8Array, came: Format, wanted: Format, convert: (value: Uint8Array) => Uint8Array): Uint8Array {
    const names = this.#names[wanted];
    const members: Uint8Array[] = [];
    let count = 0;
    for (const [i, value] of this.#values(body, came).entries()) {
      if (value === undefined) continue;
      if (wanted === 'json' && count > 0) members.push(COMMA);
      members.push(names[i] as Uint8Array, convertAt(body, value, convert));
      count++;
    }
    return Buffer.concat(wanted === 'json' ? [BRACES.open, ...members, BRACES.close] : [mapHeader(count), ...members]);
  }

  /** The same as an object, the values made by `decode`. */
  object(body: Uint8Array, came: Format, decode: (value: Uint8Array) => unknown): Record<string, unknown> {
    const values = this.#values(body, came);
    const entries = Object.keys(this.selectors).flatMap((name, i) => {
      const value = values[i];
      return value === undefined ? [] : [[name, convertAt(body, value, decode)] as const];
    });
    return Object.fromEntries(entries);
  }

  #values(body: Uint8Array, came: Format): (Uint8Array | undefined)[] {
    return Object.values(this.#query.pickRaw(body, came));
  }
}

const COMMA = encoder.encode(',');

/** What `convert` makes of a view on the body; what it throws counts from the start of the body. */
function convertAt<T>(body: Uint8Array, value: Uint8Array, convert: (value: Uint8Array) => T): T {
  try {
    return convert(value);
  } catch (error) {
    if (!(error instanceof LanewiseError) || error.offset < 0) throw error;
    throw new LanewiseError(error.code, error.offset + value.byteOffset - body.byteOffset, body);
  }
}

function mapHeader(count: number): Uint8Array {
  if (count <= FIXMAP_MAX) return Uint8Array.of(0x80 | count);
  if (count <= MAP16_MAX) return Uint8Array.of(0xde, count >> 8, count & 0xff);
  return Uint8Array.of(0xdf, count >>> 24, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff);
}
