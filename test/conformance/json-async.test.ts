import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { json, LanewiseError } from 'lanewise';
import { bytes, text } from './helpers.ts';

const LARGE = 3_000_000;
const spaced = (size: number) => `[ "é", ${'1 , '.repeat(size / 4)}2 ]`;
const minified = (size: number) => `["é",${'1,'.repeat(size / 4)}2]`;

async function rejection(promise: Promise<unknown>): Promise<LanewiseError> {
  const error = await promise.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof LanewiseError, String(error));
  return error;
}

describe('json.validateAsync and json.minifyAsync', () => {
  it('do what their twins do, at every size', async () => {
    for (const size of [0, 40, 1_200_000, LARGE]) {
      for (const input of [spaced(size), bytes(spaced(size))]) {
        assert.equal(await json.validateAsync(input), undefined);
        assert.equal(text(await json.minifyAsync(input)), minified(size));
        const end = input.length - 1;
        const cut = input.slice(0, end);
        for (const call of [json.validateAsync, json.minifyAsync]) {
          const { code, offset } = await rejection(call(cut));
          assert.deepEqual({ code, offset }, { code: 'LW_JSON_END', offset: end });
        }
        assert.equal((await rejection(json.validateAsync(input, { depthMax: 0 }))).offset, 0);
        assert.equal((await rejection(json.validateAsync(input, { sizeMax: 3 }))).code, 'LW_SIZE');
      }
    }
    const twice = `{"a":"${'x'.repeat(LARGE)}",\n"a":1}`;
    const error = await rejection(json.validateAsync(twice, { duplicateKeys: 'error' }));
    assert.deepEqual([error.code, error.line, error.column], ['LW_JSON_DUPLICATE_KEY', 2, 3]);
    assert.equal(text(await json.minifyAsync(`["\ud800", "${'x'.repeat(LARGE)}"]`)), `["\\ud800","${'x'.repeat(LARGE)}"]`);
  });

  it('give many results at once, each to its caller', async () => {
    const inputs = Array.from({ length: 12 }, (_, i) => bytes(` [ ${i} , "${'y'.repeat(1_100_000 + i)}" ] `));
    const promises = inputs.map((input) => json.minifyAsync(input));
    for (const input of inputs) input.fill(0);
    json.minify('[ 1 ]');
    const results = await Promise.all(promises);
    results.forEach((result, i) => {
      assert.equal(text(result), `[${i},"${'y'.repeat(1_100_000 + i)}"]`);
    });
  });

  it('reject at once when they are aborted, and leave the rest alone', async () => {
    const input = bytes(spaced(LARGE));
    const reason = new Error('enough');
    for (const size of [40, LARGE]) {
      const error = await rejection(json.validateAsync(bytes(spaced(size)), { signal: AbortSignal.abort(reason) }));
      assert.deepEqual([error.code, error.offset, error.cause], ['LW_ABORTED', -1, reason]);
    }
    const controller = new AbortController();
    const aborted = Array.from({ length: 10 }, () => json.minifyAsync(input, { signal: controller.signal }));
    const kept = json.minifyAsync(input);
    let settled = 0;
    for (const promise of aborted) {
      promise.catch(() => {
        settled++;
      });
    }
    controller.abort(reason);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(settled, 10);
    for (const promise of aborted) assert.equal((await rejection(promise)).cause, reason);
    const after = json.minifyAsync(bytes(spaced(1_500_000)), { signal: new AbortController().signal });
    assert.equal(text(await kept), minified(LARGE));
    assert.equal(text(await after), minified(1_500_000));
    const late = new AbortController();
    await json.validateAsync(input, { signal: late.signal });
    late.abort();
  });

  it('let the event loop turn while they work', async () => {
    let isOver = false;
    const work = json.validateAsync(bytes(spaced(LARGE))).then(() => {
      isOver = true;
    });
    await Promise.resolve();
    assert.equal(isOver, false);
    await work;
  });

  it('reject with TypeError for a wrong argument', async () => {
    await assert.rejects(json.validateAsync(1 as never), TypeError);
    await assert.rejects(json.minifyAsync(undefined as never), TypeError);
    await assert.rejects(json.validateAsync('1', { signal: {} as never }), TypeError);
    await assert.rejects(json.validateAsync('1', { depthMax: -1 }), TypeError);
    assert.equal((await rejection(json.minifyAsync(new Uint8Array(new SharedArrayBuffer(1))))).code, 'LW_SHARED_INPUT');
  });
});
