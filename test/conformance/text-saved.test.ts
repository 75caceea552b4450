import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Matcher, runtime, type SearchOptions } from 'lanewise';
import { bytes, failure } from './helpers.ts';

const SETS: [patterns: (string | Uint8Array)[], SearchOptions | undefined][] = [
  [[], undefined],
  [['needle'], undefined],
  [['Sam', 'Samwise', bytes('é'), '\ud83d', Uint8Array.of(0xff)], { semantics: 'leftmost-longest' }],
  [['a', 'ba', 'a'], { semantics: 'all', ignoreCase: 'ascii' }],
  [['straße', 'K'], { ignoreCase: true, wholeWords: true }],
  [Array.from({ length: 3_000 }, (_, i) => `word${i * 7919}`), undefined],
];
const HAYSTACKS = [
  '',
  'Samwise STRAßE \u212a ba 😀 é',
  `needle ${'word7919 '.repeat(3)}`,
  `${'-'.repeat(5_000)}needle Samwise é word15838`,
];

describe('a saved Matcher', () => {
  it('searches as the first one did', () => {
    for (const [patterns, options] of SETS) {
      const matcher = new Matcher(patterns, options);
      const loaded = Matcher.load(matcher.serialize());
      assert.equal(loaded.size, patterns.length);
      assert.ok(loaded instanceof Matcher);
      for (const haystack of [...HAYSTACKS, ...HAYSTACKS.map(bytes)]) {
        assert.deepEqual(loaded.findAll(haystack).toUint32Array(), matcher.findAll(haystack).toUint32Array());
        assert.deepEqual(loaded.find(haystack, 2), matcher.find(haystack, 2));
        assert.deepEqual(loaded.which(haystack), matcher.which(haystack));
      }
      if (options?.semantics === 'all') assert.throws(() => loaded.replace('a', ''), TypeError);
    }
  });

  it('is refused when it was changed, cut or made longer, or is something else', () => {
    const bad = { code: 'LW_BAD_BLOB', offset: -1 };
    const blob = new Matcher(['needle', 'é']).serialize();
    for (let i = 0; i < blob.length; i++) {
      const changed = blob.with(i, (blob[i] as number) ^ (1 << (i % 8)));
      assert.deepEqual(
        failure(() => Matcher.load(changed)),
        bad,
        `byte ${i}`,
      );
      assert.deepEqual(
        failure(() => Matcher.load(blob.subarray(0, i))),
        bad,
      );
    }
    for (const foreign of [Uint8Array.of(...blob, 0), bytes('{}'), new Uint8Array(1000)]) {
      assert.deepEqual(
        failure(() => Matcher.load(foreign)),
        bad,
      );
    }
    assert.throws(() => Matcher.load('needle' as never), TypeError);
    assert.deepEqual(
      failure(() => Matcher.load(new Uint8Array(new SharedArrayBuffer(8)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });

  it('is the caller’s own', () => {
    const matcher = new Matcher(['needle']);
    const blob = matcher.serialize();
    blob.fill(0);
    assert.equal(Matcher.load(matcher.serialize()).count('needle'), 1);
  });

  it('reaches a Worker', async () => {
    const matcher = new Matcher(['needle', 'Nadel', 'игла'], { ignoreCase: true });
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      import { Matcher } from '${import.meta.resolve('lanewise')}';
      parentPort.postMessage(Matcher.load(workerData).findAll('--NEEDLE nadel ИГЛА'.repeat(500)).toUint32Array());
    `;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), { workerData: matcher.serialize() });
    const found = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    assert.deepEqual(found, matcher.findAll('--NEEDLE nadel ИГЛА'.repeat(500)).toUint32Array());
  });
});

describe('Matcher.explain', () => {
  it('says how it searches', () => {
    for (const [patterns, options] of SETS) {
      const matcher = new Matcher(patterns, options);
      for (const plan of [matcher.explain(), Matcher.load(matcher.serialize()).explain()]) {
        assert.deepEqual(Object.keys(plan).sort(), ['buildMs', 'engine', 'isa', 'memoryBytes', 'prefilter', 'unfiltered']);
        assert.match(plan.engine, /^[a-z]/);
        assert.ok(plan.prefilter === null || /^[a-zA-Z]/.test(plan.prefilter));
        assert.equal(plan.isa, runtime().isa);
        assert.ok(plan.memoryBytes >= patterns.reduce((sum, { length }) => sum + length, 0) && plan.memoryBytes < 64 << 20);
        assert.ok(plan.buildMs > 0 && plan.buildMs < 60_000);
        assert.ok(plan.unfiltered.every((id, i) => id < patterns.length && (i === 0 || id > (plan.unfiltered[i - 1] as number))));
      }
    }
  });
});
