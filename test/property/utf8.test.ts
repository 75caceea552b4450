import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as chosen from 'lanewise';
import * as wasm from 'lanewise/wasm';

const encoder = new TextEncoder();
const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const fatal = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Characters of each size, among them what a decoder writes for a fault, and what it may take for a mark of order. */
const character = fc.constantFrom(
  'a',
  ' ',
  '\0',
  '\u007f',
  '\u0080',
  'é',
  'ÿ',
  'Ā',
  'я',
  '\u07ff',
  '\u0800',
  '中',
  '\ufeff',
  '\ufffd',
  '\uffff',
  '😀',
  '\u{10ffff}',
);
/** Halves of pairs, in either order. */
const half = fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800', '\ud83d\ud83d');
/** Sequences of every fault, each of which may become a good one by what stands beside it. */
const bad = fc.constantFrom(
  ...[
    [0x80],
    [0xbf, 0xbf],
    [0xc3],
    [0xc0, 0x80],
    [0xe2, 0x82],
    [0xe2],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f],
    [0xf0, 0x9f, 0x98],
  ],
  ...[[0xf0, 0x80, 0x80, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88], [0xff], [0xef, 0xbf]],
);
/** One piece several times, so that whole vectors hold nothing else and pieces come to lie at every place of one. */
const run = <T>(piece: fc.Arbitrary<T>) =>
  fc.tuple(piece, fc.oneof(fc.constant(1), fc.nat({ max: 5 }), fc.nat({ max: 200 }))).map(([one, times]) => Array<T>(times).fill(one));
/** Texts long enough for every way that there is: those of the facade, of the host and of the engine. */
const many = <T>(piece: fc.Arbitrary<T>) => fc.array(run(piece), { maxLength: 60 }).map((runs) => runs.flat());
const filled = fc.tuple(fc.nat({ max: 3 }), fc.constantFrom('я', 'x', '中文', 'ü, '));
const goodText = fc.tuple(filled, many(character)).map(([[times, filling], pieces]) => filling.repeat(times * 1500) + pieces.join(''));
const anyText = fc
  .tuple(filled, many(fc.oneof({ weight: 3, arbitrary: character }, half)))
  .map(([[times, filling], pieces]) => filling.repeat(times * 1500) + pieces.join(''));
const anyBytes = fc
  .tuple(filled, many(fc.oneof({ weight: 4, arbitrary: character.map((text) => [...encoder.encode(text)]) }, bad)))
  .map(([[times, filling], pieces]) => Uint8Array.from([...encoder.encode(filling.repeat(times * 1500)), ...pieces.flat()]));

/** The offset of the first sequence that is not in table 3-7 of the Unicode Standard, or the length. */
function firstBad(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const size = [1, 2, 3, 4].find((n) => at + n <= bytes.length && isCharacter(bytes.subarray(at, at + n)));
    if (size === undefined) return at;
    at += size;
  }
  return at;
}

function isCharacter(bytes: Uint8Array): boolean {
  const [lead = 0, second = 0, ...rest] = bytes;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  return bytes.length === size && (size < 2 || (second >= low && second <= high)) && rest.every((byte) => (byte & 0xc0) === 0x80);
}

for (const [name, { decodeUtf8, encodeUtf8, isUtf8, LanewiseError }] of Object.entries({ chosen, wasm })) {
  describe(`UTF-8, ${name}`, () => {
    it('is decoded as a TextDecoder does it, U+FFFD among it or not', () => {
      fc.assert(
        fc.property(goodText, (text) => {
          const bytes = encoder.encode(text);
          assert.equal(decodeUtf8(bytes), text);
          assert.equal(decodeUtf8(bytes, { lossy: true }), text);
          assert.equal(isUtf8(bytes), true);
        }),
      );
    });

    it('has U+FFFD for what is bad beside U+FFFD that was there, and an error at the first bad sequence', () => {
      fc.assert(
        fc.property(anyBytes, (bytes) => {
          assert.equal(decodeUtf8(bytes, { lossy: true }), lossy.decode(bytes));
          const offset = firstBad(bytes);
          assert.equal(isUtf8(bytes), offset === bytes.length);
          if (offset === bytes.length) assert.equal(decodeUtf8(bytes), fatal.decode(bytes));
          else {
            assert.throws(
              () => decodeUtf8(bytes),
              (error) => error instanceof LanewiseError && error.code === 'LW_UTF8' && error.offset === offset,
            );
          }
        }),
      );
    });

    it('is encoded as a TextEncoder does it, halves of pairs among it or not', () => {
      fc.assert(fc.property(anyText, (text) => assert.deepEqual(encodeUtf8(text), encoder.encode(text))));
    });
  });
}
