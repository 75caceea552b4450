import { backend } from './backend/current.ts';
import { check, toError } from './backend/fault.ts';
import { HEAD, head, listWords, ownBytes, put, putBoth } from './backend/frame.ts';
import { freedWith, freeHandle } from './backend/handles.ts';
import { abortError, runTask, TASK } from './backend/task.ts';
import { type Columns, readColumns } from './columns.ts';
import { borrow, wrongType } from './input.ts';
import { type Abortable, INLINE_MAX, signalOf } from './json-async.ts';
import { readValue } from './json-value.ts';
import { readMsgpack } from './msgpack-value.ts';
import { setOwn } from './objects/own.ts';
import { decodeWtf8 } from './objects/wtf8.ts';
import { packList } from './pack.ts';
import { recordStream } from './record-stream.ts';
import { utf16Of } from './units.ts';
import { type PackedWhere, packWhere, type Where } from './where.ts';

export type { Column, Columns, ColumnType } from './columns.ts';
export type { Where } from './where.ts';

/** How much is read: 'all' validates the whole; 'path' reads what leads to the matches and only balances brackets and strings of the rest. */
export type QueryCheck = 'all' | 'path';

/** What the bytes of a document are. */
export type QueryFormat = 'json' | 'msgpack';

/** Makes the value at a place that the engine found. */
type Read = (input: Uint8Array, start: number, end: number) => unknown;

/** How `pick`, `values` and `paths` read. */
export interface QueryOptions {
  /** @default 'all' */
  check?: QueryCheck;
}

/** How NDJSON is read. */
export interface NdjsonOptions {
  /** @default 'path' */
  check?: QueryCheck;
  /** What becomes of a record that is no JSON: it fails the call, or is left out. @default 'throw' */
  onError?: 'throw' | 'skip';
}

/** How records are projected. */
export interface ProjectOptions extends NdjsonOptions {
  /** What a record must say to be taken. */
  where?: Where;
  /** What is written: an object a line, or maps behind each other. @default 'ndjson' */
  to?: 'ndjson' | 'msgpack';
}

/** Flags of the calls: `crates/lanewise-binding/src/query.rs`. */
const FLAGS = { path: 2, skip: 4, msgpack: 8, ofMsgpack: 16 } as const;
/** What the items of the list of a new query are, by turns. */
const KIND = 0;

/** Gives the compiled form back when its Query is gone. */
const unused = freedWith('queryFree');

/** The handle of a query, undefined for everything else. It is good as long as the query is held. */
export let queryHandle: (value: object) => number | undefined;

/**
 * A compiled selection. A selector is a JSON Pointer (RFC 6901: '' or '/...') or a JSONPath (RFC 9535: '$...').
 *
 * @example
 * const query = new Query({ id: '/id', tags: '$.tags[*].name' });
 * query.pick(bytes); // { id: 7, tags: 'a' }
 */
export class Query<K extends string = string> {
  readonly #names: readonly K[];
  readonly #handle: number;

  static {
    queryHandle = (value) => (#handle in value ? value.#handle : undefined);
  }

  /**
   * @param selectors by name; a single string is the same as `{ value: selector }`
   * @throws {LanewiseError} LW_POINTER, LW_QUERY_SYNTAX, LW_QUERY_TYPE, LW_DEPTH, the offset in units of the selector
   */
  constructor(selectors: Record<K, string> | string) {
    const entries = entriesOf(selectors);
    this.#names = entries.map(([name]) => name as K);
    this.#handle = compile(entries);
    unused.register(this, this.#handle);
  }

  /**
   * The first match of each selector, undefined where there is none. O(n) for pointers and simple paths.
   *
   * In MessagePack a map is an object. A key that is no string has the text as its name that `nonStringKeys: 'stringify'` makes of it, so `/7` finds
   * the key 7; a member whose key is an array or a map has no name and is not there. Binary, timestamps and extensions are equal to their like
   * alone, and have no length. Values are those of `msgpack.decode`.
   *
   * @param options.check With 'path' the first of duplicate keys counts, with 'all' the last. `@default 'all'`
   * @throws {LanewiseError} as `json.validate` or `msgpack.validate`; with 'path' only for what is read; LW_SHARED_INPUT
   */
  pick(input: Uint8Array, format: QueryFormat = 'json', options?: QueryOptions): { [P in K]: unknown } {
    const read = this.#put(input, format, options);
    const words = listWords(check(backend.queryPick(), input));
    return this.#object((i) => {
      const end = words[2 * i + 1] as number;
      return end === 0 ? undefined : read(input, words[2 * i] as number, end);
    });
  }

  /**
   * Every match of every selector, in the order of RFC 9535 and as often as it says.
   *
   * @throws {LanewiseError} as `pick`; LW_SIZE for more than 2^26 matches of a selector
   */
  values(input: Uint8Array, format: QueryFormat = 'json', options?: QueryOptions): { [P in K]: unknown[] } {
    const read = this.#put(input, format, options);
    const words = listWords(check(backend.queryValues(), input));
    let at = 0;
    const next = () => words[at++] as number;
    return this.#object(() => list(next(), () => read(input, next(), next())));
  }

  /**
   * The normalized path (RFC 9535 section 2.7) of every match.
   *
   * @throws {LanewiseError} as `values`
   */
  paths(input: Uint8Array, format: QueryFormat = 'json', options?: QueryOptions): { [P in K]: string[] } {
    this.#put(input, format, options);
    const bytes = ownBytes(check(backend.queryPaths(), input));
    const view = new DataView(bytes.buffer);
    let at = 0;
    const next = () => {
      at += Uint32Array.BYTES_PER_ELEMENT;
      return view.getUint32(at - Uint32Array.BYTES_PER_ELEMENT, true);
    };
    const path = () => {
      const size = next();
      at += size;
      return decodeWtf8(bytes, at - size, at) as string;
    };
    return this.#object(() => list(next(), path));
  }

  /**
   * Columns of NDJSON: one row a record, of each selector its first match. Lines of white space are no records; CRLF is fine.
   *
   * @throws {LanewiseError} as `pick` for a record that is no JSON, counted in the whole input, unless `onError` is 'skip'
   */
  columns(ndjson: Uint8Array, options?: NdjsonOptions): Columns<K> {
    const flags = ndjsonFlags(options);
    put(borrow(ndjson));
    this.#writeNumbers(flags);
    return readColumns(this.#names, ownBytes(check(backend.ndjsonColumns(), ndjson)));
  }

  /**
   * One object a record of NDJSON, with the matches by name in the order of the selectors, those that are missing left out. Values keep
   * their spelling, or are written as `msgpack.fromJson` writes them. Records that fail `where` are skipped without being built.
   *
   * @throws {LanewiseError} as `columns`; LW_POINTER, the offset in units of the pointer of `where`
   */
  project(ndjson: Uint8Array, options?: ProjectOptions): Uint8Array<ArrayBuffer> {
    return this.#project(ndjson, resolve(options));
  }

  /**
   * `project` for a stream: chunks may be cut anywhere. Only the last line, until it is complete, is held.
   *
   * @returns a stream that fails as `project` does, offsets and lines counted from its start
   * @throws {LanewiseError} LW_POINTER
   */
  projectStream(options?: ProjectOptions): TransformStream<Uint8Array, Uint8Array> {
    const resolved = resolve(options);
    // A pointer that is malformed fails here, not in the stream.
    this.#project(new Uint8Array(0), resolved);
    return recordStream((lines) => this.#project(lines, resolved));
  }

  /**
   * `project` on another thread, in the way of `json.validateAsync`: the input is copied before this returns, up to 1 MiB the work is
   * done before that, and in WebAssembly it is done on this thread, one turn of the event loop later.
   *
   * @returns rejects with what `project` throws, and with {LanewiseError} LW_ABORTED
   */
  async projectAsync(ndjson: Uint8Array, options?: ProjectOptions & Abortable): Promise<Uint8Array<ArrayBuffer>> {
    const signal = signalOf(options);
    const resolved = resolve(options);
    borrow(ndjson);
    if (signal?.aborted) throw abortError(signal);
    if (ndjson.length <= INLINE_MAX) return this.#project(ndjson, resolved);
    this.#putProject(ndjson, resolved);
    return runTask(TASK.ndjsonProject, signal, (outcome) => projected(outcome, ndjson, resolved));
  }

  #project(ndjson: Uint8Array, resolved: ResolvedProject): Uint8Array<ArrayBuffer> {
    this.#putProject(borrow(ndjson), resolved);
    return projected(backend.ndjsonProject(), ndjson, resolved);
  }

  #putProject(ndjson: Uint8Array, { flags, where }: ResolvedProject): void {
    if (where === undefined) put(ndjson);
    else putBoth(ndjson, where.packed);
    this.#writeNumbers(flags);
  }

  /** Puts a document, and gives what reads its values. */
  #put(input: Uint8Array, format: QueryFormat, options: QueryOptions | undefined): Read {
    if (format !== 'json' && format !== 'msgpack') throw new TypeError(`queries read 'json' and 'msgpack', not '${String(format)}'`);
    const flags = checkFlag(options?.check ?? 'all');
    put(borrow(input));
    this.#writeNumbers(format === 'json' ? flags : flags | FLAGS.ofMsgpack);
    return format === 'json' ? readValue : readMsgpack;
  }

  #writeNumbers(flags: number): void {
    head[HEAD.handle] = this.#handle;
    head[HEAD.flags] = flags;
  }

  #object<V>(read: (i: number) => V): { [P in K]: V } {
    const object = {};
    for (let i = 0; i < this.#names.length; i++) setOwn(object, this.#names[i] as K, read(i));
    return object as { [P in K]: V };
  }
}

/** What a projection gave. */
function projected(outcome: number, ndjson: Uint8Array, { where }: ResolvedProject): Uint8Array<ArrayBuffer> {
  if (outcome >= 0) return ownBytes(outcome);
  const error = toError(outcome, ndjson);
  throw error.code === 'LW_POINTER' ? toError(outcome, where?.pointer) : error;
}

function list<T>(size: number, next: () => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < size; i++) items.push(next());
  return items;
}

function entriesOf(selectors: Record<string, string> | string): [name: string, selector: string][] {
  if (typeof selectors === 'string') return [['value', selectors]];
  if (typeof selectors !== 'object' || selectors === null) throw wrongType('an object of selectors, or one of them', selectors);
  const entries = Object.entries(selectors);
  for (const [, selector] of entries) if (typeof selector !== 'string') throw wrongType('selectors that are strings', selector);
  return entries;
}

/** The handle of the query; an error is that of the first selector which has one, the offset in it. */
function compile(entries: readonly (readonly [string, string])[]): number {
  put(packList(entries.flat().map((text) => ({ kind: KIND, bytes: utf16Of(text) }))));
  const outcome = backend.queryNew();
  if (outcome >= 0) return outcome;
  for (const entry of entries.length > 1 ? entries : []) freeHandle('queryFree', compile([entry]));
  throw toError(outcome, entries[0]?.[1]);
}

interface ResolvedProject {
  readonly flags: number;
  readonly where: PackedWhere | undefined;
}

function resolve(options: ProjectOptions = {}): ResolvedProject {
  const { to = 'ndjson', where } = options;
  if (to !== 'ndjson' && to !== 'msgpack') throw new TypeError(`to must be 'ndjson' or 'msgpack'`);
  const flags = ndjsonFlags(options) | (to === 'msgpack' ? FLAGS.msgpack : 0);
  return { flags, where: where === undefined ? undefined : packWhere(where) };
}

function ndjsonFlags({ check = 'path', onError = 'throw' }: NdjsonOptions = {}): number {
  if (onError !== 'throw' && onError !== 'skip') throw new TypeError(`onError must be 'throw' or 'skip'`);
  return checkFlag(check) | (onError === 'skip' ? FLAGS.skip : 0);
}

function checkFlag(check: QueryCheck): number {
  if (check !== 'all' && check !== 'path') throw new TypeError(`check must be 'all' or 'path'`);
  return check === 'path' ? FLAGS.path : 0;
}
