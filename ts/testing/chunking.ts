import fc, { type Arbitrary } from 'fast-check';

const CUTS_MAX = 8;
const RUN_MAX = 9;
/** Long input is cut into longer runs: a stream of a hundred thousand single bytes shows nothing that a thousand of them do not. */
const RUNS_MAX = 1024;

/**
 * Ways to cut bytes into chunks, the nasty ones often: byte by byte, in runs of a few bytes, inside a UTF-8 sequence, with empty chunks
 * anywhere. The chunks are views on `bytes`, and one after another they are `bytes`. Shrinks to few cuts.
 */
export function chunking(bytes: Uint8Array): Arbitrary<Uint8Array[]> {
  return cutting().map((cut) => cut(bytes));
}

/** A way to cut any bytes. */
export function cutting(): Arbitrary<(bytes: Uint8Array) => Uint8Array[]> {
  const places = fc.array(fc.nat(), { maxLength: CUTS_MAX });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: places.map((list) => (bytes: Uint8Array) => cutAt(bytes, scale(list, everyPlace(bytes)))) },
    { weight: 2, arbitrary: places.map((list) => (bytes: Uint8Array) => cutAt(bytes, scale(list, placesInside(bytes)))) },
    {
      weight: 2,
      arbitrary: fc.tuple(runLength(), fc.boolean()).map(([run, hasEmpty]) => (bytes: Uint8Array) => {
        const step = Math.max(run, Math.ceil(bytes.length / RUNS_MAX));
        const cuts = everyPlace(bytes).filter((place) => place % step === 0);
        return cutAt(bytes, hasEmpty ? cuts : cuts.filter((place) => place > 0 && place < bytes.length));
      }),
    },
  );
}

/** How many bytes a run has; shrinks to long ones, which make few cuts. */
function runLength(): Arbitrary<number> {
  const any = fc.nat({ max: RUN_MAX - 1 }).map((less) => RUN_MAX - less);
  return fc.oneof({ withCrossShrink: true }, any, fc.constant(1));
}

/** Each number as one of the places. */
function scale(numbers: readonly number[], places: readonly number[]): number[] {
  return places.length === 0 ? [] : numbers.map((number) => places[number % places.length] as number);
}

function everyPlace(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length + 1 }, (_, place) => place);
}

/** Where a cut is inside a sequence of UTF-8, if the bytes are that. */
function placesInside(bytes: Uint8Array): number[] {
  return everyPlace(bytes).filter((place) => ((bytes[place] ?? 0) & 0xc0) === 0x80);
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places].sort((a, b) => a - b);
  const chunks = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
  return bytes.length === 0 && places.length === 0 ? [] : chunks;
}
