import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LanewiseError, msgpack } from 'lanewise';
import { bytesThrough } from '../streams.ts';

const encoder = new TextEncoder();

const spoil = fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { freq: 3 });
const cutsOf = fc.array(fc.nat(), { maxLength: 6 });
/** Lines of JSON, some blank, now and then with one byte changed. */
const ndjson = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: fc.json({ maxDepth: 3 }) }, fc.constantFrom('', ' \t', '[0.5,"é\\n"]\r')), { maxLength: 6 }),
    spoil,
  )
  .map(([lines, change]) => spoilt(encoder.encode(lines.join('\n')), change));
/** Values one behind the other, now and then with one byte changed. */
const values = fc
  .tuple(
    fc.array(
      fc.anything({ maxDepth: 3, withBigInt: false, values: [fc.string(), fc.integer(), fc.double(), fc.uint8Array(), fc.date()] }),
      { maxLength: 6 },
    ),
    spoil,
  )
  .map(([list, change]) => spoilt(Buffer.concat(list.map(encoded)), change));

function encoded(value: unknown): Uint8Array {
  try {
    return msgpack.encode(value);
  } catch {
    // What MessagePack cannot hold.
    return Uint8Array.of(0xc0);
  }
}

function spoilt(bytes: Uint8Array, change: readonly [number, number] | null): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (change !== null && copy.length > 0) copy[change[0] % copy.length] = change[1];
  return copy;
}

function placeOf(error: unknown): object {
  assert.ok(error instanceof LanewiseError, String(error));
  return { code: error.code, offset: error.offset };
}

function whole(convert: () => Uint8Array): object {
  try {
    return [...convert()];
  } catch (error) {
    return placeOf(error);
  }
}

async function streamed(input: Uint8Array, cuts: readonly number[], stream: TransformStream<Uint8Array, Uint8Array>): Promise<object> {
  const at = [0, ...cuts.map((cut) => cut % (input.length + 1)), input.length].sort((a, b) => a - b);
  const chunks = at.slice(1).map((end, i) => input.slice(at[i], end));
  return bytesThrough(stream, chunks).catch(placeOf);
}

describe('any split of a stream is the whole', () => {
  it('from NDJSON', async () => {
    await fc.assert(
      fc.asyncProperty(ndjson, cutsOf, fc.constantFrom(2, 1024), async (input, cuts, depthMax) => {
        const expected = whole(() => msgpack.fromNdjson(input, { depthMax }));
        assert.deepEqual(await streamed(input, cuts, msgpack.fromNdjsonStream({ depthMax })), expected);
      }),
      { numRuns: 300 },
    );
  });

  it('to NDJSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        values,
        cutsOf,
        fc.constantFrom(2, 1024),
        fc.constantFrom('error', 'stringify'),
        async (input, cuts, depthMax, nonStringKeys) => {
          const expected = whole(() => msgpack.toNdjson(input, { depthMax, nonStringKeys }));
          assert.deepEqual(await streamed(input, cuts, msgpack.toNdjsonStream({ depthMax, nonStringKeys })), expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('NDJSON that is valid', () => {
  it('comes back without what is between its tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.json({ maxDepth: 3 }), { maxLength: 6 }), (lines) => {
        const back = msgpack.toNdjson(msgpack.fromNdjson(encoder.encode(lines.join('\r\n'))));
        const expected = lines.map((line) => JSON.stringify(JSON.parse(line)));
        const read = new TextDecoder().decode(back).split('\n').slice(0, -1);
        // Read again, for the spelling of numbers.
        assert.deepEqual(
          read.map((line) => JSON.stringify(JSON.parse(line))),
          expected,
        );
      }),
      { numRuns: 300 },
    );
  });
});
