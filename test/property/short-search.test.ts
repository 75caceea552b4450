import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as chosen from 'lanewise';
import * as wasm from 'lanewise/wasm';

/** Patterns that no text here has: with so many more of them no set is small enough for the host's own search. */
const ABSENT = Array.from({ length: 17 }, (_, i) => `\u0002${String.fromCharCode(0x61 + i)}`);

/** What RegExp, `replace` and folding could take for something else, and halves of surrogate pairs. */
const LETTERS = [
  ...'aAbBkKsS',
  ...['\u212a', '\u017f', 'é', 'É', 'ß', 'İ', 'ı', 'ÿ', 'Ÿ', 'д', '\ud83d', '\ude00', '\ud801\udc00', '\ud801\udc28'],
  ...'$.(\\[|^-]{*+?/ _0\n\r\0',
  ...['\u2028', '\ufeff', '\uffff'],
];

const semantics = fc.constantFrom('leftmost-first', 'leftmost-longest', 'all');
const options = fc.record({ semantics, ignoreCase: fc.constantFrom(false, true, 'ascii'), wholeWords: fc.boolean() });

/** Patterns, texts from the empty one to such as the host leaves to the engine, and an offset; all over a few letters. */
const cases = fc.uniqueArray(fc.constantFrom(...LETTERS), { minLength: 2, maxLength: 7 }).chain((letters) => {
  const text = (minLength: number, maxLength: number) =>
    fc.array(fc.constantFrom(...letters), { minLength, maxLength }).map((list) => list.join(''));
  const gap = fc.tuple(fc.constantFrom('x', '\u4e00', ...letters), fc.constantFrom(0, 1, 255, 300, 1100, 9000));
  const haystack = fc.tuple(text(0, 14), gap, text(0, 14)).map(([head, [fill, size], tail]) => head + fill.repeat(size) + tail);
  return fc.record({
    patterns: fc.array(fc.tuple(text(1, 4), fc.boolean()), { maxLength: 16 }),
    haystack,
    options: options as fc.Arbitrary<chosen.SearchOptions>,
    from: fc.oneof(fc.nat({ max: 20 }), fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1099, 9013)),
    replacement: fc.constantFrom('', '$&', '$1', "$'", 'y', '\ude00'),
  });
});

/** Everything that the searches of a text give. */
function answers(matcher: chosen.Matcher, text: chosen.Text, from: number, isLeftmost: boolean, replacement: string): unknown {
  const put = typeof text === 'string' ? replacement : chosen.encodeUtf8(replacement);
  return {
    all: [...matcher.findAll(text)],
    count: matcher.count(text),
    test: matcher.test(text),
    find: [matcher.find(text), matcher.find(text, from), matcher.find(text, text.length), matcher.find(text, text.length + 1)],
    which: [...matcher.which(text)],
    batch: [...matcher.testBatch([text, text, text, text] as readonly string[])],
    replaced: isLeftmost && matcher.replace(text as string, put as string),
  };
}

function check(lib: typeof chosen): void {
  fc.assert(
    fc.property(cases, ({ patterns, haystack, options, from, replacement }) => {
      const given = patterns.map(([text, asBytes]) => (asBytes && isWhole(text) ? chosen.encodeUtf8(text) : text));
      const small = new lib.Matcher(given, options);
      const engine = new lib.Matcher([...given, ...ABSENT], options);
      const isLeftmost = options.semantics !== 'all';
      for (const text of [haystack, chosen.encodeUtf8(haystack)]) {
        const expected = answers(engine, text, from, isLeftmost, replacement);
        assert.deepEqual(answers(small, text, from, isLeftmost, replacement), expected);
        assert.deepEqual(answers(lib.Matcher.load(small.serialize()), text, from, isLeftmost, replacement), expected);
      }
    }),
    { numRuns: 400 },
  );
}

/** Whether its UTF-8 says what it is. */
function isWhole(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

describe('the host searches a short string as the engine does', () => {
  it('natively', () => check(chosen));
  it('in WebAssembly', () => check(wasm as unknown as typeof chosen));
});
