import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { json, Matcher, msgpack, runtime } from 'lanewise';
import { bytes } from './helpers.ts';

/** Works on inputs of its own for a while and answers with what went wrong, in a thread that knows nothing of this one. */
const WORK = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { deepStrictEqual } from 'node:assert';
  import { json, Matcher, msgpack } from 'lanewise';
  const matcher = new Matcher(['x' + workerData, 'needle']);
  for (let i = 0; i < 2000; i++) {
    const value = { id: workerData, text: 'é'.repeat(i % 50), list: Array(i % 40).fill(i) };
    const text = Buffer.from(JSON.stringify(value, null, 1));
    deepStrictEqual(json.get(text, ''), value);
    deepStrictEqual(msgpack.decode(msgpack.fromJson(text)), value);
    const found = matcher.findAll('-'.repeat(2000 + i) + 'x' + workerData);
    deepStrictEqual([found.length, found.start(0)], [1, 2000 + i]);
  }
  parentPort.postMessage('done');
`;

describe('threads', () => {
  it('work side by side, each with a frame of its own', async () => {
    const workers = [1, 2, 3, 4].map(
      (id) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(
            new URL(`data:text/javascript,${encodeURIComponent(WORK.replaceAll("'lanewise'", `'${import.meta.resolve('lanewise')}'`))}`),
            {
              workerData: id,
            },
          );
          worker.once('message', resolve).once('error', reject);
        }),
    );
    for (let i = 0; i < 200; i++) assert.equal(json.get(bytes(`{"i":[${i}]}`), '/i/0'), i);
    assert.deepEqual(await Promise.all(workers), ['done', 'done', 'done', 'done']);
  });

  it('keep their frame when the addon is loaded anew', { skip: runtime().backend === 'wasm' && 'there is no addon' }, () => {
    const dist = fileURLToPath(new URL('..', import.meta.resolve('lanewise')));
    const file = readdirSync(dist).find((name) => name.endsWith('.node'));
    const require = createRequire(import.meta.url);
    const path = `${dist}${file}`;
    const first = require(path).frame() as Uint8Array;
    delete require.cache[path];
    const second = require(path).frame() as Uint8Array;
    assert.equal(first.buffer, second.buffer);
    assert.equal(new Matcher(['b']).count(bytes('abbb'.repeat(100))), 300);
    assert.deepEqual(msgpack.decode(msgpack.fromJson(bytes('[1,"b"]'))), [1, 'b']);
  });
});

describe('input of every size', () => {
  it('gives the same through the frame, lent, and in part', () => {
    for (const size of [0, 1, 63, 64, 2047, 2048, 2049, 32_000, 32_703, 32_704, 32_705, 65_536, 200_000]) {
      const text = `["${'y'.repeat(size)}",${size}]`;
      const pretty = bytes(`  ${text}  `);
      assert.deepEqual(json.minify(pretty), bytes(text), `${size}`);
      assert.equal(json.get(pretty, '/1'), size);
      assert.equal(json.get(pretty, `/1${'/z'.repeat(size / 2)}`), size < 2 ? size : undefined);
      assert.deepEqual(msgpack.toJson(msgpack.fromJson(pretty)), bytes(text));
      const matcher = new Matcher(['y","no', '",', 'wie']);
      for (const haystack of [text, `Ω${text}`, bytes(text)]) {
        const start = haystack.length - `",${size}]`.length;
        assert.deepEqual(matcher.find(haystack), { id: 1, start, end: start + 2 }, `${size}`);
        assert.deepEqual([...matcher.findAll(haystack)], [{ id: 1, start, end: start + 2 }]);
      }
    }
  });

  it('finds in windows what a search of the whole finds', () => {
    const patterns = ['abcd', 'bcdef', 'b', 'abcdefghij'];
    for (const semantics of ['leftmost-first', 'leftmost-longest'] as const) {
      const matcher = new Matcher(patterns, { semantics });
      for (const before of [500, 505, 506, 507, 508, 509, 510, 511, 512, 2030, 2040, 2044, 2045, 2046, 2047, 2048, 2049, 16_380, 16_384]) {
        for (const tail of ['abcdefghij', 'bcdefghi', 'abcdefgh', 'zzb']) {
          const text = `${'-'.repeat(before)}${tail}${'-'.repeat(20_000)}${tail}`;
          const [first] = matcher.findAll(text);
          assert.deepEqual(matcher.find(text), first, `${before} ${tail} ${semantics}`);
          assert.deepEqual(matcher.find(text, before), first);
          assert.equal(matcher.test(text), true);
          const behind = [...matcher.findAll(text)].find(({ start }) => start >= before + 100);
          assert.deepEqual(matcher.find(text, before + 100), behind);
        }
      }
    }
  });
});
