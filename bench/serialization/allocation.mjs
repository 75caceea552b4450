/**
 * Run as a process of its own with a young generation that is large enough for all that is measured: counts what a call allocates.
 *
 * V8's heap only grows between two collections, so what a series of calls allocated is what the heap and the memory of buffers are larger by
 * afterwards, provided that no collection came in between: one that did makes the series shorter. Each contender runs hot first, since
 * compiled code allocates less.
 */
import { setTimeout } from 'node:timers/promises';
import { GCProfiler } from 'node:v8';
import { loadFacade } from '../harness/environment.mjs';
import { checked, sizeOf } from '../suites/serialization.mjs';

/** Flags of the process: 256 MB for what is young. */
export const FLAGS = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
const WARM_CALLS = 20_000;
const CALLS = 8192;
const CALLS_MIN = 128;

/** @typedef {{ name: string, size: number, encodeBytes: number, decodeBytes: number }} Allocation */

if (process.argv[1] === import.meta.filename) {
  const facade = await loadFacade(process.argv[2] ?? '');
  /** @type {Allocation[]} */
  const all = [];
  for (const contender of checked(facade)) {
    const { name, value, encode, decode } = contender;
    const message = encode(value);
    const encodeBytes = await allocated(() => encode(value));
    const decodeBytes = await allocated(() => decode(message));
    all.push({ name, size: sizeOf(contender), encodeBytes, decodeBytes });
  }
  process.send?.(all);
  process.disconnect?.();
}

/** @param {() => unknown} call @returns {Promise<number>} bytes a call */
async function allocated(call) {
  const sink = { value: /** @type {unknown} */ (undefined) };
  for (let i = 0; i < WARM_CALLS; i++) sink.value = call();
  for (let calls = CALLS; calls >= CALLS_MIN; calls >>= 1) {
    await collect();
    const profiler = new GCProfiler();
    profiler.start();
    const before = inUse();
    for (let i = 0; i < calls; i++) sink.value = call();
    const bytes = inUse() - before;
    if (profiler.stop()?.statistics.length === 0) return bytes / calls;
  }
  throw new Error('there is a collection in every series');
}

/** Buffers are given back in the background some time after a collection, so there are several, with time in between. */
async function collect() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await setTimeout(20);
  }
}

function inUse() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
