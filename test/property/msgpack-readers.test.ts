import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LanewiseError, type MsgpackOptions, msgpack } from 'lanewise';

/**
 * An array of some bytes of binary and one more value: too long for `validate` to be left to the decoder, so the engine reads it.
 * Errors of the value are so many bytes further on, and one container deeper.
 */
const LEAD = Uint8Array.from([0x92, 0xc4, 64, ...new Uint8Array(64)]);

function lead(input: Uint8Array): Uint8Array {
  const whole = new Uint8Array(LEAD.length + input.length);
  whole.set(LEAD);
  whole.set(input, LEAD.length);
  return whole;
}

function verdict(call: () => unknown): unknown {
  try {
    call();
    return 'valid';
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    return `${error.code} at ${error.offset}`;
  }
}

const HEADERS = [
  0x00, 0x01, 0x04, 0x08, 0x0c, 0x61, 0x7f, 0x80, 0x81, 0x82, 0x90, 0x91, 0x93, 0xa0, 0xa1, 0xa3, 0xa4, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
  0xc5, 0xc7, 0xc8, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd4, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0,
  0xe2, 0x82, 0xed, 0xa0, 0xf0, 0x9f, 0xf4, 0x8f, 0xff,
];
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1, 300, -40_000, 2 ** 40, 2n ** 63n, 0.5, 0.1, new Date(1), new Date(-1), new Uint8Array(3)),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), tie('value'), { maxKeys: 6 }),
    fc.array(fc.tuple(fc.integer(), tie('value')), { maxLength: 3 }).map((entries) => new Map<unknown, unknown>([[null, 1], ...entries])),
  ),
})).value;
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.constantFrom(...HEADERS), { maxLength: 40 }).map((list) => Uint8Array.from(list)),
  fc
    .tuple(value, fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...HEADERS), fc.nat({ max: 255 }))), { maxLength: 3 }), fc.nat())
    .map(([given, changes, end]) => {
      const message = new Uint8Array(msgpack.encode(given));
      for (const [at, byte] of changes) message[at % message.length] = byte;
      return end % 3 === 0 ? message.subarray(0, end % message.length) : message;
    }),
);
const options: fc.Arbitrary<MsgpackOptions> = fc.record({
  invalidUtf8: fc.constantFrom('error', 'lossy'),
  nonStringKeys: fc.constantFrom('map', 'error'),
  depthMax: fc.constantFrom(1, 2, 4, 70, 1024),
});

describe('for all bytes', () => {
  it('decode and the engine come to the same verdict, with the same code and offset', () => {
    fc.assert(
      fc.property(bytes, options, (input, chosen) => {
        const message = lead(input);
        assert.equal(
          verdict(() => msgpack.decode(message, chosen)),
          verdict(() => msgpack.validate(message, chosen)),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  it('so they do when they nest deeper than recursion goes', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 50, max: 80 }), fc.constantFrom([0x91], [0x81, 0xa1, 0x61]), (input, depth, header) => {
        const message = Uint8Array.from([...LEAD, ...new Array(depth).fill(header).flat(), ...input]);
        assert.equal(
          verdict(() => msgpack.decode(message)),
          verdict(() => msgpack.validate(message)),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
