import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import * as chosen from 'lanewise';
import * as wasm from 'lanewise/wasm';

const encoder = new TextEncoder();
const letters = fc.constantFrom('a', 'b', 'A', 'é', 'É', '😀', '\ud83d', ' ', 'k', '\u212a', 'ß');
const text = (minLength: number, maxLength: number) => fc.array(letters, { minLength, maxLength }).map((list) => list.join(''));
const pattern = fc.oneof(text(1, 4), fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.constant('x'.repeat(3_000)));
const options = fc.record({
  semantics: fc.constantFrom('leftmost-first', 'leftmost-longest', 'all'),
  ignoreCase: fc.constantFrom(false, true, 'ascii'),
  wholeWords: fc.boolean(),
}) as fc.Arbitrary<chosen.SearchOptions>;

describe('a saved Matcher', () => {
  it('has the same bytes on every backend, loads on every other, and finds there what it finds here', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 20 }), options, text(0, 40), (patterns, how, haystack) => {
        const ours = new chosen.Matcher(patterns, how);
        const blob = ours.serialize();
        assert.deepEqual(new wasm.Matcher(patterns, how).serialize(), blob);
        for (const lib of [chosen, wasm]) {
          const loaded = lib.Matcher.load(blob);
          assert.deepEqual(loaded.serialize(), blob);
          for (const form of [haystack, haystack.padStart(5_000, '-'), encoder.encode(haystack)]) {
            assert.deepEqual(loaded.findAll(form).toUint32Array(), ours.findAll(form).toUint32Array());
            assert.deepEqual(loaded.which(form), ours.which(form));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused with LW_BAD_BLOB, or loads, whatever it is', () => {
    const blobs = [['needle'], ['a', 'ab', 'é', Uint8Array.of(0xff)], Array.from({ length: 200 }, (_, i) => `word${i}`)].map((patterns) =>
      new chosen.Matcher(patterns).serialize(),
    );
    const changed = fc
      .tuple(
        fc.constantFrom(...blobs),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 20 }),
      )
      .map(([blob, changes, cut]) => {
        const copy = blob.slice(0, blob.length - (cut > 10 ? cut : 0));
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 200 })), (blob) => {
        for (const lib of [chosen, wasm]) {
          try {
            lib.Matcher.load(blob).findAll('a needle, word7');
          } catch (error) {
            assert.ok(error instanceof chosen.LanewiseError && error.code === 'LW_BAD_BLOB', String(error));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  for (const specifier of ['lanewise', 'lanewise/wasm']) {
    it(`reaches a Worker that uses ${specifier}`, async () => {
      const matcher = new chosen.Matcher(['needle', 'Nadel', 'игла'], { ignoreCase: true });
      const program = `
        import { parentPort, workerData } from 'node:worker_threads';
        import { Matcher } from '${import.meta.resolve(specifier)}';
        parentPort.postMessage(Matcher.load(workerData).findAll('--NEEDLE nadel ИГЛА'.repeat(500)).toUint32Array());
      `;
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: matcher.serialize() });
      const found = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      assert.deepEqual(found, matcher.findAll('--NEEDLE nadel ИГЛА'.repeat(500)).toUint32Array());
    });
  }
});
