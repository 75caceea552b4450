import fc, { type Arbitrary } from 'fast-check';

/** What can happen to bytes on their way: a place, a run of up to eight bytes there, and what becomes of it. */
interface Mutation {
  readonly kind: 'cut' | 'drop' | 'overwrite' | 'insert' | 'repeat';
  readonly at: number;
  readonly count: number;
  readonly byte: number;
}

/** Valid bytes with one mutation: cut off, or with a run dropped, overwritten, inserted or repeated. */
export function mutated(valid: Arbitrary<Uint8Array>, byte: Arbitrary<number>): Arbitrary<Uint8Array> {
  const mutation = fc.record<Mutation>({
    kind: fc.constantFrom('cut', 'drop', 'overwrite', 'insert', 'repeat'),
    at: fc.oneof(fc.nat({ max: 20 }), fc.nat()),
    count: fc.nat({ max: 3 }).map((power) => 2 ** power),
    byte,
  });
  return fc.tuple(valid, mutation).map(([bytes, change]) => mutate(bytes, change));
}

function mutate(bytes: Uint8Array, { kind, at, count, byte }: Mutation): Uint8Array {
  const start = bytes.length === 0 ? 0 : at % bytes.length;
  const head = bytes.subarray(0, start);
  const run = bytes.subarray(start, start + count);
  const tail = bytes.subarray(start + run.length);
  const filling = new Uint8Array(count).fill(byte);
  switch (kind) {
    case 'cut':
      return join([head]);
    case 'drop':
      return join([head, tail]);
    case 'overwrite':
      return join([head, filling.subarray(0, run.length), tail]);
    case 'insert':
      return join([head, filling, run, tail]);
    case 'repeat':
      return join([head, run, run, tail]);
  }
}

/** The bytes one after another, in memory of their own. */
export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let pos = 0;
  for (const part of parts) {
    joined.set(part, pos);
    pos += part.length;
  }
  return joined;
}
