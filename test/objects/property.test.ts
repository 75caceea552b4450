import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode as encodeByPeer } from '@msgpack/msgpack';
import fc from 'fast-check';
import { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { Encoder } from '../../ts/objects/encode/encoder.ts';
import { type Extension, ExtensionValue } from '../../ts/objects/extension.ts';
import type { MsgpackOptions } from '../../ts/objects/options.ts';
import { toObject } from '../../ts/testing/awkward.ts';
import { msgpackValue, nearlyMsgpack } from '../../ts/testing/index.ts';
import { decode, encode, failure } from './helpers.ts';
import { naiveDecode } from './naive.ts';

const RUNS = 500;
/** Asked about every value. */
const never: Extension = {
  type: -77,
  match: () => false,
  encode: () => new Uint8Array(),
  decode: (bytes) => new ExtensionValue(-77, bytes),
};

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

  it("encode with float32: 'never' gives the bytes of @msgpack/msgpack, where that has the one smallest form", () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    // It writes -0 as 0, a BigInt in 64 bits whatever it is, a lone surrogate as three bytes and a Map as an object.
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(null, undefined, true, false, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53, -(2 ** 63), 1e300),
      fc.integer({ min: -300, max: 300 }),
      fc.maxSafeInteger(),
      fc.nat({ max: 52 }).chain((bits) => fc.constantFrom(2 ** bits, 2 ** bits - 1, -(2 ** bits), -(2 ** bits) - 1)),
      fc.double().filter((number) => !Object.is(number, -0)),
      text,
      fc.uint8Array({ maxLength: 300 }),
      fc.date({ noInvalidDate: true }),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 20 }),
        fc.array(fc.tuple(text, tie('tree')), { maxLength: 20 }).map((entries) => toObject(entries as [string, unknown][])),
      ),
    }));
    const encoder = new Encoder({ float32: 'never' });
    fc.assert(
      fc.property(tree, (given) => assert.equal(Buffer.compare(encoder.encode(given), encodeByPeer(given)), 0)),
      { numRuns: RUNS },
    );
  });

  it('decode(encode(value)) is the value with every option', () => {
    const chosen = fc.record({
      float32: fc.constantFrom<'exact' | 'never'>('exact', 'never'),
      int64: fc.constantFrom<'auto'>('auto'),
      nonStringKeys: fc.constantFrom<'map'>('map'),
      invalidUtf8: fc.constantFrom<'error' | 'bytes' | 'lossy'>('error', 'bytes', 'lossy'),
      depthMax: fc.constantFrom(64, 1024, Number.POSITIVE_INFINITY),
      extensions: fc.constantFrom<Extension[]>([], [never]),
    });
    fc.assert(
      fc.property(value, chosen, (given, options) => {
        assert.deepStrictEqual(decode(encode(given, options), options), given);
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
