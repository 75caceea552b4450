/**
 * What both generated bindings, the Node-API addon and the WebAssembly module, give to the facade.
 *
 * Bytes cross the border as bytes, text as its Latin-1 or UTF-16 units written into bytes, and every answer is one number:
 * a result `>= 0`, or a fault `< 0` (see `fault.ts`). Bytes and words that a call produces are written into `out`, memory of the
 * caller that is used again and again; the number says how much there is, and what did not fit waits for `takeBytes` or `takeWords`,
 * to be called before anything else.
 */
export interface Backend {
  /** Makes `name` the instruction set of the kernels, '' the best one. Gives the name in use, or '' when `name` cannot run here. */
  chooseIsa(name: string): string;
  /** Names that `chooseIsa` accepts on this machine, best first, separated by spaces. */
  availableIsas(): string;
  /** Every name there is, separated by spaces. */
  knownIsas(): string;
  /** Moves the whole output of the call before, which was larger than its `out`. */
  takeBytes(out: Uint8Array): void;
  /** The same for words. */
  takeWords(out: Uint32Array): void;

  checkUtf8(input: Uint8Array): number;
  lineStarts(input: Uint8Array, out: Uint32Array): number;

  jsonValidate(input: Uint8Array, depthMax: number, flags: number): number;
  jsonMinify(input: Uint8Array, out: Uint8Array): number;
  /** `pointer` holds UTF-16LE units. 2 and the start and end of the value in `out`, or 0. */
  jsonGet(input: Uint8Array, pointer: Uint8Array, depthMax: number, flags: number, out: Uint32Array): number;

  msgpackValidate(input: Uint8Array, depthMax: number, flags: number): number;
  msgpackFromJson(input: Uint8Array, depthMax: number, flags: number, out: Uint8Array): number;
  msgpackToJson(input: Uint8Array, depthMax: number, flags: number, out: Uint8Array): number;

  /** See `MatcherBinding`. `kinds` says of each pattern whether it holds bytes or UTF-16LE units; `ends` where it ends in `patterns`. */
  readonly Matcher: new (
    patterns: Uint8Array,
    ends: Uint32Array,
    kinds: Uint8Array,
    memoryMax: number,
    flags: number,
  ) => MatcherBinding;
}

/** A compiled set of patterns. `form` says what the bytes of the haystack are: see `ts/units.ts`. */
export interface MatcherBinding {
  /** 0, or the fault with which the construction ended; after a fault nothing else may be called. */
  status(): number;
  test(haystack: Uint8Array, form: number): number;
  count(haystack: Uint8Array, form: number): number;
  /** 3 and `id, start, end` in `out`, or 0. */
  find(haystack: Uint8Array, form: number, from: number, out: Uint32Array): number;
  /** The number of words: `id, start, end` of each match. */
  findAll(haystack: Uint8Array, form: number, out: Uint32Array): number;
}
