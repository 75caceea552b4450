import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Matcher, type SearchOptions } from 'lanewise';
import { chunking } from 'lanewise/testing';
import * as wasm from 'lanewise/wasm';
import { bytesThrough } from '../streams.ts';

const encoder = new TextEncoder();
const letters = fc.constantFrom('a', 'b', 'A', 'é', 'É', '😀', ' ', 'k', '\u212a', '-');
const string = (maxLength: number) => fc.array(letters, { maxLength }).map((list) => list.join(''));
const pattern = fc.array(letters, { minLength: 1, maxLength: 4 }).map((list) => list.join(''));
const patterns = fc.array(pattern, { maxLength: 5 });
const leftmost = {
  semantics: fc.constantFrom('leftmost-first', 'leftmost-longest'),
  ignoreCase: fc.constantFrom(false, true, 'ascii'),
  wholeWords: fc.boolean(),
};
const leftmostOptions = fc.record(leftmost) as fc.Arbitrary<SearchOptions>;
const anyOptions = fc.record({
  ...leftmost,
  semantics: fc.constantFrom('leftmost-first', 'leftmost-longest', 'all'),
}) as fc.Arbitrary<SearchOptions>;
/** A text, now and then with a long stretch in it, which is searched otherwise. */
const haystack = fc
  .tuple(string(30), fc.constantFrom(0, 0, 100, 400, 3_000), string(30))
  .map(([head, size, tail]) => head + '.'.repeat(size) + tail);
const cutText = haystack.chain((text) => chunking(encoder.encode(text)).map((chunks) => ({ text, chunks })));

/** The text with its matches replaced, by the definition. */
function replaced(matcher: Matcher, text: string, replacements: readonly string[]): string {
  let result = '';
  let at = 0;
  for (const { id, start, end } of matcher.findAll(text)) {
    result += text.slice(at, start) + replacements[id];
    at = end;
  }
  return result + text.slice(at);
}

describe('a stream of text', () => {
  it('has the matches of the whole, whatever the cuts, on every backend', () => {
    fc.assert(
      fc.property(patterns, anyOptions, cutText, (list, how, { text, chunks }) => {
        const expected = [...new Matcher(list, how).findAll(encoder.encode(text))];
        for (const lib of [{ Matcher }, wasm]) {
          const scanner = new lib.Matcher(list, how).scanner();
          const found = chunks.flatMap((chunk) => [...scanner.write(chunk)]);
          assert.deepEqual([...found, ...scanner.end()], expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('settles what it does not hold back: no later match begins in it', () => {
    fc.assert(
      fc.property(patterns, anyOptions, cutText, string(6), (list, how, { chunks }, future) => {
        const scanner = new Matcher(list, how).scanner();
        let size = 0;
        for (const chunk of chunks) {
          scanner.write(chunk);
          size += chunk.length;
        }
        const settled = size - scanner.heldBack;
        for (const { start } of [...scanner.write(encoder.encode(future)), ...scanner.end()]) assert.ok(start >= settled);
      }),
      { numRuns: 1000 },
    );
  });

  it('comes out of replaceStream and replaceStringStream as replace makes it', async () => {
    await fc.assert(
      fc.asyncProperty(patterns, leftmostOptions, cutText, string(3), async (list, how, { text, chunks }, with_) => {
        const matcher = new Matcher(list, how);
        const replacements = list.map((_, id) => `${with_}${id}`);
        const expected = replaced(matcher, text, replacements);
        assert.equal(matcher.replace(text, replacements), expected);
        assert.equal(
          new TextDecoder().decode(
            matcher.replace(
              encoder.encode(text),
              replacements.map((one) => encoder.encode(one)),
            ),
          ),
          expected,
        );
        const out = await bytesThrough(matcher.replaceStream(replacements), chunks);
        assert.equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(out)), expected);
        const stream = matcher.replaceStringStream(replacements);
        const writer = stream.writable.getWriter();
        // Cut by units, so that pairs are cut too.
        const size = Math.max(1, chunks[0]?.length ?? 1);
        const writing = (async () => {
          for (let at = 0; at < text.length; at += size) await writer.write(text.slice(at, at + size));
          await writer.close();
        })();
        let result = '';
        for await (const chunk of stream.readable as unknown as AsyncIterable<string>) result += chunk;
        await writing;
        assert.equal(result, expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('which and testBatch', () => {
  it('say what a search for each pattern, and a test of each item, say', () => {
    fc.assert(
      fc.property(patterns, anyOptions, fc.array(haystack, { maxLength: 12 }), (list, how, items) => {
        for (const lib of [{ Matcher }, wasm]) {
          const matcher = new lib.Matcher(list, how);
          assert.deepEqual(
            [...matcher.testBatch(items)],
            items.map((item) => Number(matcher.test(item))),
          );
          assert.deepEqual(
            [...matcher.testBatch(items.map((item) => encoder.encode(item)))],
            items.map((item) => Number(matcher.test(item))),
          );
          for (const item of items.slice(0, 3)) {
            const expected = list.flatMap((one, id) => (new lib.Matcher([one], how).test(item) ? [id] : []));
            assert.deepEqual([...matcher.which(item)], expected);
            assert.deepEqual([...matcher.which(encoder.encode(item))], expected);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});
