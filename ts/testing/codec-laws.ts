import fc, { type Arbitrary } from 'fast-check';
import { cutting } from './chunking.ts';
import { deepEqual, sameBytes } from './deep-equal.ts';
import { memoryOf, sizeOf } from './memory.ts';
import { join, mutated } from './mutation.ts';

/** What turns values into bytes and back. */
export interface Codec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
  /** Whether a decoded value is the one that was encoded. Default: `deepEqual`. */
  equal?(a: T, b: T): boolean;
}

export interface CodecLawsOptions<T> {
  /** Values to try. @default 1000 */
  runs?: number;
  /** Makes a run repeatable; a failure names the one that it had. */
  seed?: number;
  /** What `decode` shall survive. @default random bytes, and encoded values with one mutation */
  garbage?: Arbitrary<Uint8Array>;
  /** All that `decode` may throw. @default any Error but a bare TypeError, RangeError or ReferenceError, which tell of a slip */
  errorType?: new (
    ...args: never[]
  ) => Error;
  /** Decodes concatenated values, one chunk each. */
  decodeStream?: () => TransformStream<Uint8Array, T>;
}

/** A codec breaks a law. The message has the law, the counterexample and how to see it again. */
export class CodecLawError extends Error {
  /** Its name, such as 'round trip'. */
  readonly law: string;
  /** The smallest input found: `{ value, other }`, `{ garbage }`, or `{ values }` or `{ garbage }` of a stream. */
  readonly counterexample: unknown;

  constructor(law: string, counterexample: unknown, message: string, cause: unknown) {
    super(message, { cause });
    this.law = law;
    this.counterexample = counterexample;
  }
}
Object.defineProperty(CodecLawError.prototype, 'name', { value: 'CodecLawError', configurable: true, writable: true });

const RUNS = 1000;
const STREAM_RUNS = 100;
const VALUES_MAX = 4;
/** What decoding may take: this much, and so many bytes for one of input. */
const MEMORY_MAX = 16 * 2 ** 20;
const MEMORY_PER_BYTE = 1024;
/** A single measurement may have caught a table that is built once, or the compiler at work. */
const MEASUREMENTS = 3;
/** Longer messages help nobody. */
const SHOWN_MAX = 4000;
/** Offsets at which no number of several bytes is aligned. */
const ODD_OFFSETS = [1, 3, 7];
/** What a slip throws, as in `undefined.length` or `new Array(-1)`. */
const BARE = new Set<unknown>([TypeError.prototype, RangeError.prototype, ReferenceError.prototype]);

/** What a law found; anything else that is thrown comes from the codec. */
class Fault extends Error {}

/** A law: throws, or gives what is wrong; nothing when it holds. */
interface Law<I> {
  readonly name: string;
  readonly check: (input: I) => string | undefined | Promise<string | undefined>;
}
interface ValueInput<T> {
  readonly value: T;
  /** An equal one that shares nothing with it. */
  readonly twin: T;
  readonly other: T;
}
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Puts a codec to the test with values and with garbage. In this order:
 *
 * - *no mutation*: `encode` leaves the value as it is, `decode` the bytes, those that it refuses too.
 * - *round trip*: `decode(encode(value))` equals `value`.
 * - *determinism*: the same value gives the same bytes, the same bytes equal values, whatever came in between.
 * - *no aliasing*: neither a decoded value nor encoded bytes change when the input is overwritten or the codec is used again.
 * - *views*: bytes in the middle of a larger buffer, at odd offsets, decode as they do alone.
 * - *error type*: on garbage `decode` gives a value or throws what `errorType` says.
 * - *bounded memory*: on garbage it takes at most 16 MiB and 1 KiB a byte, in the host's memory (where the host tells) and in its result.
 * - *chunk independence*, with `decodeStream`: concatenated values come out as they are, and garbage is taken or refused, whatever the cuts.
 *
 * `values` are those that come back exactly. `decode` gets plain Uint8Arrays, never a Buffer.
 *
 * @throws {CodecLawError} with the counterexample shrunk as far as it still breaks that law
 */
export async function codecLaws<T>(codec: Codec<T>, values: Arbitrary<T>, options: CodecLawsOptions<T> = {}): Promise<void> {
  const { runs = RUNS, seed = freshSeed(), decodeStream } = options;
  const equal = (a: T, b: T): boolean => (codec.equal === undefined ? deepEqual(a, b) : codec.equal(a, b));
  const garbage = options.garbage ?? nearlyValid(codec, values);
  const refusal = refusalCheck(options.errorType);
  const pairs = fc.tuple(fc.clone(values, 2), values).map(([[value, twin], other]) => ({ value: value as T, twin: twin as T, other }));
  await check(lawsOfValues(codec, equal), pairs, ({ value, other }) => ({ value, other }), { runs, seed });
  await check(lawsOfGarbage(codec, equal, refusal), garbage, (bytes) => ({ garbage: bytes }), { runs, seed });
  if (decodeStream === undefined) return;
  const plan = { runs: Math.min(runs, Math.max(STREAM_RUNS, runs >> 2)), seed };
  const lists = fc.tuple(fc.array(values, { maxLength: VALUES_MAX }), cutting());
  await check([streamOfValues(codec, equal, decodeStream)], lists, ([list]) => ({ values: list }), plan);
  const cuts = fc.tuple(garbage, cutting());
  await check([streamOfGarbage(equal, decodeStream, refusal)], cuts, ([bytes]) => ({ garbage: bytes }), plan);
}

/** Runs all laws on each input. Once one is broken, only that one is asked, so that the counterexample that is left breaks it too. */
async function check<I>(
  laws: readonly Law<I>[],
  inputs: Arbitrary<I>,
  show: (input: I) => unknown,
  plan: { runs: number; seed: number },
): Promise<void> {
  let broken: Law<I> | undefined;
  let found: { counterexample: [I]; errorInstance: unknown; numShrinks: number } | undefined;
  const property = fc.asyncProperty(inputs, async (input) => {
    for (const law of broken === undefined ? laws : [broken]) {
      try {
        const fault = await law.check(input);
        if (fault === undefined) continue;
        throw new Fault(fault);
      } catch (error) {
        broken = law;
        found ??= { counterexample: [input], errorInstance: error, numShrinks: 0 };
        throw error;
      }
    }
  });
  const result = await fc.check(property, { numRuns: plan.runs, seed: plan.seed }).catch((error: unknown) => {
    // A codec that changes values changes those that fast-check shrinks from: what was found first is then what there is to show.
    if (found === undefined) throw error;
    return { failed: true, ...found };
  });
  if (!result.failed) return;
  const { counterexample, errorInstance, numShrinks } = result;
  // Not a law but an arbitrary has failed.
  if (broken === undefined || counterexample === null) throw errorInstance;
  const shown = show(counterexample[0]);
  const how = `shrunk ${numShrinks} times; seed ${plan.seed}`;
  const message = `the codec breaks the law "${broken.name}": ${textOf(errorInstance)}\nwith ${shorten(fc.stringify(shown))}\n(${how})`;
  throw new CodecLawError(broken.name, shown, message, errorInstance);
}

function lawsOfValues<T>(codec: Codec<T>, equal: (a: T, b: T) => boolean): Law<ValueInput<T>>[] {
  const encoded = (value: T): Uint8Array => encodedBy(codec, value);
  return [
    {
      // The first of all, because it wants the value as it was made.
      name: 'no mutation',
      check: ({ value, twin }) => {
        const same = deepEqual(value, twin) ? deepEqual : equal;
        const outcome = outcomeOf(() => encoded(value));
        if (!same(value, twin)) return 'encode has changed the value';
        if ('error' in outcome) return undefined;
        const input = outcome.value.slice();
        outcomeOf(() => codec.decode(input));
        return sameBytes(input, outcome.value) ? undefined : 'decode has changed the bytes';
      },
    },
    {
      name: 'round trip',
      check: ({ value }) => {
        const decoded = codec.decode(encoded(value));
        return equal(decoded, value) ? undefined : `what came back is ${shorten(fc.stringify(decoded))}`;
      },
    },
    {
      name: 'determinism',
      check: ({ value, twin, other }) => {
        const bytes = encoded(value);
        const decoded = codec.decode(bytes.slice());
        outcomeOf(() => codec.decode(encoded(other)));
        if (!sameBytes(encoded(value), bytes)) return 'the value gave other bytes when it was encoded again';
        if (!sameBytes(encoded(twin), bytes)) return 'an equal value gave other bytes';
        return equal(codec.decode(bytes.slice()), decoded) ? undefined : 'the bytes gave another value when they were decoded again';
      },
    },
    { name: 'no aliasing', check: (input) => aliasing(codec, equal, input) },
    {
      name: 'views',
      check: ({ value }) => {
        const bytes = encoded(value);
        const decoded = codec.decode(bytes.slice());
        const offset = ODD_OFFSETS.find((odd) => !equal(codec.decode(viewOf(bytes, odd)), decoded));
        return offset === undefined ? undefined : `at offset ${offset} of a larger buffer the bytes gave another value`;
      },
    },
  ];
}

function aliasing<T>(codec: Codec<T>, equal: (a: T, b: T) => boolean, { value, other }: ValueInput<T>): string | undefined {
  const first = codec.encode(value);
  const bytes = new Uint8Array(first);
  outcomeOf(() => codec.encode(other));
  if (!sameBytes(first, bytes)) return 'encoding another value has changed the bytes that were given before';
  first.fill(0);
  if (!sameBytes(codec.encode(value), bytes)) return 'overwriting the bytes that were given has changed what encode gives next';
  const input = bytes.slice();
  const decoded = codec.decode(input);
  const kept = codec.decode(bytes.slice());
  for (let i = 0; i < input.length; i++) input[i] = (input[i] as number) ^ 0xff;
  if (!equal(decoded, kept)) return 'overwriting the input has changed the decoded value';
  outcomeOf(() => codec.decode(encodedBy(codec, other)));
  return equal(decoded, kept) ? undefined : 'decoding another value has changed the one that was given before';
}

function lawsOfGarbage<T>(
  codec: Codec<T>,
  equal: (a: T, b: T) => boolean,
  refusal: (error: unknown) => string | undefined,
): Law<Uint8Array>[] {
  const attempt = (bytes: Uint8Array): Outcome<T> => outcomeOf(() => codec.decode(bytes));
  return [
    {
      name: 'error type',
      check: (garbage) => {
        const outcome = attempt(garbage.slice());
        return 'error' in outcome ? refusal(outcome.error) : undefined;
      },
    },
    { name: 'bounded memory', check: (garbage) => hunger(codec, garbage) },
    {
      name: 'no mutation',
      check: (garbage) => {
        const input = garbage.slice();
        attempt(input);
        return sameBytes(input, garbage) ? undefined : 'decode has changed the bytes';
      },
    },
    {
      name: 'determinism',
      check: (garbage) =>
        sameOutcome(attempt(garbage.slice()), attempt(garbage.slice()), equal) ? undefined : 'decode gave two results for the same bytes',
    },
    {
      name: 'views',
      check: (garbage) => {
        const alone = attempt(garbage.slice());
        const offset = ODD_OFFSETS.find((odd) => !sameOutcome(attempt(viewOf(garbage, odd)), alone, equal));
        return offset === undefined ? undefined : `at offset ${offset} of a larger buffer the bytes gave another result`;
      },
    },
  ];
}

function streamOfValues<T>(
  codec: Codec<T>,
  equal: (a: T, b: T) => boolean,
  decodeStream: () => TransformStream<Uint8Array, T>,
): Law<[T[], (bytes: Uint8Array) => Uint8Array[]]> {
  return {
    name: 'chunk independence',
    check: async ([values, cut]) => {
      const chunks = cut(join(values.map((value) => encodedBy(codec, value))));
      const outcome = await drain(decodeStream(), chunks);
      if ('value' in outcome && sameList(outcome.value, values, equal)) return undefined;
      throw new Fault(`in chunks of ${sizesOf(chunks)} bytes it ${describe(outcome)}`, {
        cause: 'error' in outcome ? outcome.error : undefined,
      });
    },
  };
}

function streamOfGarbage<T>(
  equal: (a: T, b: T) => boolean,
  decodeStream: () => TransformStream<Uint8Array, T>,
  refusal: (error: unknown) => string | undefined,
): Law<[Uint8Array, (bytes: Uint8Array) => Uint8Array[]]> {
  return {
    name: 'chunk independence',
    check: async ([garbage, cut]) => {
      const chunks = cut(garbage.slice());
      const [whole, cutUp] = [await drain(decodeStream(), [garbage.slice()]), await drain(decodeStream(), chunks)];
      for (const outcome of [whole, cutUp]) {
        const fault = 'error' in outcome ? refusal(outcome.error) : undefined;
        if (fault !== undefined) return fault;
      }
      const isSame = sameOutcome(cutUp, whole, (a, b) => sameList(a, b, equal));
      return isSame ? undefined : `in chunks of ${sizesOf(chunks)} bytes it ${describe(cutUp)}, in one it ${describe(whole)}`;
    },
  };
}

/** Writes the chunks and reads what comes out, at the same time, as neither ends without the other. */
async function drain<T>(stream: TransformStream<Uint8Array, T>, chunks: readonly Uint8Array[]): Promise<Outcome<T[]>> {
  const writer = stream.writable.getWriter();
  const write = async (): Promise<void> => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  };
  const read = async (): Promise<T[]> => {
    const values: T[] = [];
    const reader = stream.readable.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) values.push(step.value);
    return values;
  };
  try {
    const [value] = await Promise.all([read(), write()]);
    return { value };
  } catch (error) {
    return { error };
  }
}

/** Whether decoding takes more than it may, each time that it is measured. */
function hunger<T>(codec: Codec<T>, garbage: Uint8Array): string | undefined {
  const allowed = MEMORY_MAX + MEMORY_PER_BYTE * garbage.length;
  const input = garbage.slice();
  let least = Number.POSITIVE_INFINITY;
  // One start for all: what the first call took may be given back in the middle of the second, and hide what that takes.
  const before = memoryOf();
  for (let i = 0; i < MEASUREMENTS && least > allowed; i++) {
    const outcome = outcomeOf(() => codec.decode(input));
    const taken = Math.max(memoryOf() - before, 'value' in outcome ? sizeOf(outcome.value, allowed) : 0);
    least = Math.min(least, taken);
  }
  if (least <= allowed) return undefined;
  return `decoding ${garbage.length} bytes took ${Math.round(least / 2 ** 20)} MiB`;
}

/** What is wrong with an error that `decode` threw, if anything. */
function refusalCheck(errorType: CodecLawsOptions<unknown>['errorType']): (error: unknown) => string | undefined {
  return (error) => {
    if (errorType !== undefined)
      return error instanceof errorType ? undefined : `decode threw ${textOf(error)}, which is no ${errorType.name}`;
    if (!(error instanceof Error)) return `decode threw ${textOf(error)}, which is no Error`;
    return BARE.has(Object.getPrototypeOf(error)) ? `decode threw a bare ${textOf(error)}` : undefined;
  };
}

/** Random bytes, and encoded values with one mutation. */
function nearlyValid<T>(codec: Codec<T>, values: Arbitrary<T>): Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat({ max: 255 }));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    {
      weight: 3,
      arbitrary: mutated(
        values.map((value) => encodedBy(codec, value)),
        byte,
      ),
    },
  );
}

/** A view on the bytes in the middle of a larger buffer, with other bytes before and after. */
function viewOf(bytes: Uint8Array, offset: number): Uint8Array {
  const room = new Uint8Array(bytes.length + offset + 16).fill(0xa5);
  room.set(bytes, offset);
  return room.subarray(offset, offset + bytes.length);
}

/** What the codec writes: a copy that is no Buffer and starts at the start of its memory. */
function encodedBy<T>(codec: Codec<T>, value: T): Uint8Array {
  const bytes = codec.encode(value);
  if (!(bytes instanceof Uint8Array)) throw new Fault(`encode gives ${textOf(bytes)}, not a Uint8Array`);
  return new Uint8Array(bytes);
}

function outcomeOf<T>(call: () => T): Outcome<T> {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

function sameOutcome<T>(a: Outcome<T>, b: Outcome<T>, equal: (a: T, b: T) => boolean): boolean {
  if ('error' in a || 'error' in b) return 'error' in a && 'error' in b;
  return equal(a.value, b.value);
}

function sameList<T>(a: readonly T[], b: readonly T[], equal: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((value, i) => equal(value, b[i] as T));
}

function describe<T>(outcome: Outcome<T[]>): string {
  return 'error' in outcome ? `failed with ${textOf(outcome.error)}` : `gave ${shorten(fc.stringify(outcome.value))}`;
}

function sizesOf(chunks: readonly Uint8Array[]): string {
  return shorten(chunks.map(({ length }) => length).join(', ')) || 'no';
}

function textOf(thing: unknown): string {
  if (thing instanceof Fault) return thing.message;
  return thing instanceof Error ? `${thing.name}: ${thing.message}` : fc.stringify(thing);
}

function shorten(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}… (${text.length} characters)`;
}

/** As fast-check chooses one, but known to us, so that all parts of a run have it. */
function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
