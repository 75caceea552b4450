/**
 * What both generated bindings, the Node-API addon and the WebAssembly module, give to the facade.
 *
 * A call carries nothing: its numbers and its input lie in the frame, memory that both sides know and use again and again, and its output
 * is written there. Input that is too large for it is lent before. Text crosses as its Latin-1 or UTF-16 units. The answer is a result
 * `>= 0`, or a fault `< 0` (see `fault.ts`); where a call produces bytes or words, it is their number, and what does not fit the frame
 * waits for `takeBytes` or `takeWords`. `frame.ts` is the one module that writes and reads the frame.
 */
export interface Backend {
  /** The frame of this thread. */
  frame(): Uint8Array;
  /** Gives an input of the call that follows, which must be made before anything else runs. */
  lend(input: Uint8Array): void;
  /** Moves the whole output of the call before, whose size `out` must have. */
  takeBytes(out: Uint8Array): void;
  takeWords(out: Uint32Array): void;

  /** Makes `name` the instruction set of the kernels, '' the best one. Gives the name in use, or '' when `name` cannot run here. */
  chooseIsa(name: string): string;
  /** Names that `chooseIsa` accepts on this machine, best first, separated by spaces. */
  availableIsas(): string;
  /** Every name there is, separated by spaces. */
  knownIsas(): string;

  checkUtf8(): number;
  /**
   * The string that the input is the UTF-8 of, or the fault: the one call that gives no number. Only an addon can have the host make a
   * string of memory that it does not know. Takes `flags`: 1 puts U+FFFD for what is bad.
   */
  decodeUtf8?(): string | number;
  /**
   * Bytes, the units of that string: 1 when they are the input itself, which is ASCII; else four times their number, plus 2 for Latin-1 and 3
   * for UTF-16.
   */
  utf8Units(): number;
  /** Bytes: the UTF-8 of units. Takes `form`. */
  encodeUtf8(): number;
  /** One more than where the needle starts, which stands where others have a pointer, at or behind `from`; 0 where it does not. */
  needleFind(): number;
  needleCount(): number;
  /** A handle of a set of prefixes for a list as that of `matcherNew`. */
  prefixesNew(): number;
  /** Both take `handle`. */
  prefixesFree(): number;
  /** Words, one a key: the id of its longest prefix, or all bits set. Takes `form`, and a word a key, where it ends, where others have a pointer. */
  prefixesLongest(): number;
  /** Words: where each line starts. */
  lineStarts(): number;

  /** Takes `depthMax` and `flags`, as all of these. */
  jsonValidate(): number;
  /** Bytes. */
  jsonMinify(): number;
  /** Two words, the start and end of the value, or none. The pointer is UTF-16LE units. */
  jsonGet(): number;
  /** Bytes, as of the three below. Takes the UTF-8 of the indent where others have a pointer. */
  jsonPrettify(): number;
  jsonCanonicalize(): number;
  /** Takes the patch, JSON, where others have a pointer. The offset of a fault of an operation is its number. */
  jsonPatch(): number;
  /** Takes the patch in the same way. */
  jsonMergePatch(): number;
  /**
   * What the host's own parser is to be given: 0 when that is not known, because the text is too deep or no UTF-8; 1 for the input itself, which
   * is ASCII; else four times the number of bytes, plus 2 for Latin-1 and 3 for UTF-16. Takes `depthMax`.
   */
  jsonHostText(): number;
  /** Words, two for each value, key and end of a container: `crates/lanewise-json/src/tape.rs`. */
  jsonTape(): number;
  msgpackValidate(): number;
  /** Words, two for each value, key and end of a container: `crates/lanewise-msgpack/src/tape.rs`. */
  msgpackTape(): number;
  /** Bytes. Takes `handle` where the flags say so: that of the query that selects. */
  msgpackFromJson(): number;
  /** Bytes. Takes `handle` in the same way. */
  msgpackToJson(): number;
  /** Bytes: the records of NDJSON as values one behind the other. Takes what `msgpackFromJson` takes. */
  msgpackFromNdjson(): number;
  /** Bytes: values one behind the other as lines. Takes what `msgpackToJson` takes. */
  msgpackToNdjson(): number;
  /**
   * Scans a chunk of values one behind the other. Bytes: four with the offset behind the last value that ends in it, 0 when none does, the low one first, and
   * a state, which the call for the next chunk takes with these four where others have a pointer; none when the value that is under way has an error. Takes `depthMax`.
   */
  msgpackBoundary(): number;

  /**
   * A handle of a matcher for a list of patterns: of each four bytes with its size, the low one first, one with its kind, and its bytes.
   * Takes `memoryMax` and `flags`.
   */
  matcherNew(): number;
  /** The rest take `handle`, and `form`, which says what the bytes of the haystack are: see `ts/units.ts`. */
  matcherFree(): number;
  matcherTest(): number;
  matcherCount(): number;
  /** Three words, the id, start and end of the match at or behind `from`, or none. */
  matcherFind(): number;
  /** Three words for each match. */
  matcherFindAll(): number;
  /** Bytes: the haystack, bytes, with something else in place of its matches. Takes a list of it, one for all or one for each pattern, where others have a pointer. */
  matcherReplace(): number;
  /** Words: the ids of the patterns that occur. */
  matcherWhich(): number;
  /** Bytes, one for each haystack: they lie one behind the other in the input; where others have a pointer is a word for each, how many bytes it takes. */
  matcherTestBatch(): number;
  /** Bytes: JSON of what the matcher says about itself, members of `SearchPlan` (`ts/matcher.ts`). */
  matcherExplain(): number;
  /** Bytes: the saved form. */
  matcherSave(): number;
  /** A handle of the matcher whose saved form is the input. */
  matcherLoad(): number;
  /** Three words: how many patterns there are, how many bytes they take together, and the flags. */
  matcherAbout(): number;
  /** Bytes: the list of patterns, as `matcherNew` takes it. */
  matcherPatterns(): number;

  /** A handle of a search in a stream, by the matcher of `handle`. `form` says what chunks are made of: bytes or UTF-16. */
  scannerNew(): number;
  /** The rest take `handle`, that of the scanner. */
  scannerFree(): number;
  /** Takes a chunk. Three words for each match that is certain now, offsets counted from where what was held back began. */
  scannerWrite(): number;
  /** The same at the end of the stream; the scanner is at the start of another one then. */
  scannerEnd(): number;
  /** How many units are held back. */
  scannerHeld(): number;

  /** A handle of a task: a copy of the call that has been put, of which `kind` says what it is. `task.ts` is the one module that uses tasks. */
  taskNew(kind: number): number;
  /** Runs the task on another thread, the promise says until when; where there is none, as in a WebAssembly module, at once on this one. */
  taskRun(handle: number): unknown;
  /** What the call of the task would have given, now that it has run; the handle is free. */
  taskTake(handle: number): number;
  /** Frees the handle of a task whose answer nobody wants; it does not begin if it has not. */
  taskFree(handle: number): void;
  /** A handle of a query for a list (`ts/pack.ts`) of names and selectors by turns, as UTF-16LE units. */
  queryNew(): number;
  /** The rest take `handle`, and all but this one `flags`, which say what is checked. */
  queryFree(): number;
  /** Two words a selector, the start and end of its first match, both 0 where there is none. */
  queryPick(): number;
  /** Words: of each selector the number of its matches, then the start and end of each. */
  queryValues(): number;
  /** Bytes: of each selector four with the number of its matches, then of each match four with the size of its path, and the path in WTF-8. */
  queryPaths(): number;
  /** Bytes: `columns` in `crates/lanewise-transcode/src/ndjson/columns.rs`. */
  ndjsonColumns(): number;
  /** Bytes. The pointer is a list of what `where` says (`ts/where.ts`), or empty. */
  ndjsonProject(): number;
}
