import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { Encoder } from '../../ts/objects/encoder.ts';
import type { MsgpackOptions } from '../../ts/objects/options.ts';
import { msgpackValue, nearlyMsgpack } from '../../ts/testing/index.ts';
import { decode, encode, failure } from './helpers.ts';
import { naiveDecode } from './naive.ts';

const RUNS = 500;

const value = msgpackValue();
/** Messages with one or a few changes, most of them broken. */
const nearly = fc
  .tuple(
    value,
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0xc1, 0xd9, 0xdd, 0xdf, 0xc7, 0xff))), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.nat({ max: 3 }),
  )
  .map(([whole, changes, cut]) => {
    const bytes = encode(whole);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return cut === 0 ? bytes.subarray(0, (changes[0]?.[0] ?? 0) % bytes.length) : bytes;
  });
const headers = fc.constantFrom(
  0x81,
  0x82,
  0x91,
  0x93,
  0xa1,
  0xa3,
  0xc0,
  0xc4,
  0xc7,
  0xca,
  0xcb,
  0xcf,
  0xd3,
  0xd4,
  0xd6,
  0xd7,
  0xd9,
  0xdc,
  0xde,
  0xff,
  0x00,
  0x01,
  0x04,
  0x0c,
  0x61,
  0xc3,
  0xa9,
  0xe2,
  0x82,
);
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.array(headers, { maxLength: 24 }).map((bytes) => Uint8Array.from(bytes)),
);
const options: fc.Arbitrary<MsgpackOptions> = fc.record({
  int64: fc.constantFrom('auto', 'bigint', 'number'),
  invalidUtf8: fc.constantFrom('error', 'bytes', 'lossy'),
  nonStringKeys: fc.constantFrom('map', 'error', 'stringify'),
  depthMax: fc.constantFrom(0, 1, 3, 1024),
});

/** The value of a call, or code and offset of its LanewiseError; anything else that it throws passes through. */
function outcome(call: () => unknown): unknown {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    return { code: error.code, offset: error.offset };
  }
}

describe('for every value', () => {
  it('decode(encode(value)) is the value', () => {
    const encoder = new Encoder();
    const decoder = new Decoder();
    fc.assert(
      fc.property(value, (given) => {
        const bytes = encoder.encode(given);
        assert.deepStrictEqual(decoder.decode(bytes), given);
        assert.deepEqual(encode(given), bytes);
        assert.deepStrictEqual(naiveDecode(bytes, 1024), given);
        assert.deepStrictEqual(decode(encode(given, { float32: 'never' })), given);
      }),
      { numRuns: RUNS },
    );
  });

  it('encode does not change it', () => {
    fc.assert(
      fc.property(fc.clone(value, 2), ([given, twin]) => {
        encode(given);
        assert.deepStrictEqual(given, twin);
      }),
    );
  });

  it('every beginning of its message ends early, at its length', () => {
    fc.assert(
      fc.property(value, fc.nat(), (given, at) => {
        const bytes = encode(given);
        const end = at % bytes.length;
        assert.deepEqual(
          failure(() => decode(bytes.subarray(0, end))),
          { code: 'LW_MSGPACK_END', offset: end },
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('a message with something behind it is trailed by that', () => {
    fc.assert(
      fc.property(value, fc.nat({ max: 255 }), (given, byte) => {
        const bytes = encode(given);
        assert.deepEqual(
          failure(() => decode(Uint8Array.from([...bytes, byte]))),
          { code: 'LW_MSGPACK_TRAILING', offset: bytes.length },
        );
      }),
    );
  });

  it('messages one after another come one after another', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        const bytes = Uint8Array.from(values.flatMap((given) => [...encode(given)]));
        assert.deepStrictEqual([...new Decoder().decodeMulti(bytes)], values);
      }),
    );
  });
});

for (const [kind, bytes] of [
  ['random bytes', garbage],
  ['a broken message', nearly],
  ['a message with one mutation', nearlyMsgpack()],
] as const) {
  describe(`for ${kind}`, () => {
    it('decode gives the value, or the code and offset, that the naive reader gives', () => {
      const decoder = new Decoder();
      fc.assert(
        fc.property(bytes, (input) => {
          const before = input.slice();
          assert.deepStrictEqual(
            outcome(() => decoder.decode(input)),
            outcome(() => naiveDecode(input, 1024)),
          );
          assert.deepStrictEqual(
            outcome(() => decode(input, { depthMax: 2 })),
            outcome(() => naiveDecode(input, 2)),
          );
          assert.deepEqual(input, before);
        }),
        { numRuns: 4 * RUNS },
      );
    });

    it('decode throws nothing but LanewiseError, with an offset in the input, under all options', () => {
      fc.assert(
        fc.property(bytes, options, (input, chosen) => {
          const result = outcome(() => decode(input, chosen)) as { offset?: number };
          assert.ok(result.offset === undefined || (result.offset >= 0 && result.offset <= input.length));
        }),
        { numRuns: RUNS },
      );
    });

    it('what decode gives can be encoded, and comes back the same', () => {
      fc.assert(
        fc.property(bytes, (input) => {
          const result = outcome(() => decode(input)) as { value?: unknown; code?: string };
          if (result.code === undefined) assert.deepStrictEqual(decode(encode(result.value)), result.value);
        }),
        { numRuns: RUNS },
      );
    });
  });
}
