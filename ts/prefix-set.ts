import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, ownWords, put, putBoth } from './backend/frame.ts';
import { freedWith } from './backend/handles.ts';
import { LanewiseError } from './error.ts';
import { borrow, INPUT_MAX, wrongType } from './input.ts';
import type { Text } from './matcher.ts';
import { bytesOfNeedle, textOfNeedle } from './needle.ts';
import { isUint8Array } from './objects/built-in.ts';
import { packPatterns } from './patterns.ts';
import { type Prefix, PrefixTree } from './prefix-tree.ts';
import { arrayOf, batchOf } from './search-batch.ts';
import { FORM, formOf, unitsOf } from './units.ts';

/** From so many keys on one call for all of them costs less than to look each one up here, see `bench -- boundary`. */
const BATCH_MIN = 64;

/** Keys one behind the other: their units, and where each ends. */
interface Joined {
  readonly units: Uint8Array;
  readonly form: number;
  readonly ends: Uint32Array;
}

/** Gives the compiled form back when its PrefixSet is gone. */
const unused = freedWith('prefixesFree');

/**
 * Longest-prefix match: which of many strings is the longest prefix of a key. Ids are positions in `prefixes`; of equal ones the lowest
 * counts. An empty prefix is one of every key; an empty set has none for any. A string prefix matches its UTF-8 in bytes, a byte prefix
 * the text that it is UTF-8 of in strings; what has no such form never matches there.
 */
export class PrefixSet {
  /** How many prefixes there are. */
  readonly size: number;
  readonly #prefixes: readonly Text[];
  /** For strings and for bytes, each made when it is first asked for. */
  #texts: PrefixTree | null = null;
  #bytes: PrefixTree | null = null;
  /** Compiled when a batch first asks for it. */
  #handle = -1;

  /** @throws {LanewiseError} LW_SHARED_INPUT */
  constructor(prefixes: Iterable<string | Uint8Array>) {
    this.#prefixes = Array.from(prefixes, ownPrefix);
    this.size = this.#prefixes.length;
  }

  /**
   * The id of the longest prefix of `key`, or -1. O(length of that prefix).
   *
   * @throws {LanewiseError} LW_SHARED_INPUT
   */
  longest(key: Text): number {
    return typeof key === 'string' ? this.#ofTexts().ofText(key) : this.#ofBytes().ofBytes(borrow(key));
  }

  /**
   * The same for each key, which are all strings or all bytes.
   *
   * @returns one word a key, an array of the caller's own
   * @throws {TypeError} when they are neither strings alone nor Uint8Arrays alone
   * @throws {LanewiseError} LW_SHARED_INPUT; LW_TOO_LARGE when prefixes or keys have more than 4 GiB together
   */
  longestBatch(keys: readonly string[] | readonly Uint8Array[]): Int32Array<ArrayBuffer> {
    const list: readonly Text[] = arrayOf(keys);
    if (list.length < BATCH_MIN) return Int32Array.from(batchOf(keys), (key: Text) => this.longest(key));
    const joined = typeof list[0] === 'string' ? joinTexts(list, this.#ofTexts().longest) : joinBytes(list, this.#ofBytes().longest);
    const handle = this.#compiled();
    putBoth(joined.units, new Uint8Array(joined.ends.buffer));
    head[HEAD.handle] = handle;
    head[HEAD.form] = joined.form;
    return new Int32Array(ownWords(check(backend.prefixesLongest())).buffer);
  }

  #ofTexts(): PrefixTree {
    this.#texts ??= new PrefixTree(treeOf(this.#prefixes, textOfNeedle));
    return this.#texts;
  }

  #ofBytes(): PrefixTree {
    this.#bytes ??= new PrefixTree(treeOf(this.#prefixes, binaryText));
    return this.#bytes;
  }

  #compiled(): number {
    if (this.#handle !== -1) return this.#handle;
    put(packPatterns(this.#prefixes));
    this.#handle = check(backend.prefixesNew());
    unused.register(this, this.#handle);
    return this.#handle;
  }
}

/** A prefix that nobody else can change. */
function ownPrefix(prefix: Text): Text {
  if (typeof prefix === 'string') return prefix;
  if (!isUint8Array(prefix)) throw wrongType('prefixes that are strings or Uint8Arrays', prefix);
  return Uint8Array.from(borrow(prefix));
}

/** The prefixes that have a form. */
function treeOf(prefixes: readonly Text[], formOf: (prefix: Text) => string | undefined): Prefix[] {
  return prefixes.flatMap((prefix, id) => {
    const text = formOf(prefix);
    return text === undefined ? [] : [{ text, id }];
  });
}

/** The bytes that a prefix matches, each as a unit. */
function binaryText(prefix: Text): string | undefined {
  const bytes = bytesOfNeedle(prefix);
  return bytes === undefined ? undefined : Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Of each key no more than any prefix can match. */
function joinTexts(keys: readonly Text[], longest: number): Joined {
  const ends = new Uint32Array(keys.length);
  const parts: string[] = [];
  let end = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key !== 'string') throw wrongType('keys that are all strings', key);
    const part = key.length > longest ? key.slice(0, longest) : key;
    parts.push(part);
    end += part.length;
    ends[i] = end;
  }
  refuseLarge(2 * end);
  const text = parts.join('');
  const form = formOf(text);
  return { units: unitsOf(text, form), form, ends };
}

function joinBytes(keys: readonly Text[], longest: number): Joined {
  const ends = new Uint32Array(keys.length);
  let end = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (!isUint8Array(key)) throw wrongType('keys that are all Uint8Arrays', key);
    end += Math.min(borrow(key).length, longest);
    ends[i] = end;
  }
  refuseLarge(end);
  const units = new Uint8Array(end);
  let start = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as Uint8Array;
    const size = (ends[i] as number) - start;
    units.set(key.length === size ? key : key.subarray(0, size), start);
    start += size;
  }
  return { units, form: FORM.bytes, ends };
}

function refuseLarge(size: number): void {
  if (size > INPUT_MAX) throw new LanewiseError('LW_TOO_LARGE');
}
