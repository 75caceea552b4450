/**
 * Loaded into a server before its own code (`node --import`): on request of the parent it counts garbage collections, and the bytes that
 * were allocated between two requests of the parent.
 *
 * V8 has no count of allocated bytes, but it reports the heap before and after each collection. What was allocated since the last one is
 * what the heap has grown by, so over a window with collections 1 … n
 *
 *   allocated = sum over i of (used before i - used after i-1) + (used at the end - used after n)
 *
 * where "used after 0" is the heap at the start of the window. `external` is the same sum over memory that V8 knows of but that lies outside
 * its heap (Buffers); it may be too small, since such memory is given back between collections too.
 */
import { GCProfiler, getHeapStatistics } from 'node:v8';

/**
 * @typedef {{ heap: number, external: number }} Bytes
 * @typedef {object} Garbage
 * @property {number} collections
 * @property {number} heap bytes allocated in V8's heap
 * @property {number} external bytes allocated outside it
 */

/** @type {GCProfiler | undefined} */
let profiler;
/** @type {Bytes} */
let atStart = { heap: 0, external: 0 };

process.on('message', (message) => {
  if (message === 'start') {
    profiler = new GCProfiler();
    profiler.start();
    atStart = now();
    process.send?.('started');
  } else if (message === 'stop') {
    process.send?.(garbage(profiler?.stop()));
  }
});
// A server ends with its parent, however that ends, but the channel to it shall not keep a server alive that has nothing else to do.
process.once('disconnect', () => process.exit());
process.channel?.unref();

/** @param {import('node:v8').GCProfilerResult | undefined} profile @returns {Garbage} */
function garbage(profile) {
  const end = now();
  let after = atStart;
  let heap = 0;
  let external = 0;
  for (const { beforeGC, afterGC } of profile?.statistics ?? []) {
    heap += beforeGC.heapStatistics.usedHeapSize - after.heap;
    external += Math.max(0, externalOf(beforeGC.heapStatistics) - after.external);
    after = { heap: afterGC.heapStatistics.usedHeapSize, external: externalOf(afterGC.heapStatistics) };
  }
  heap += end.heap - after.heap;
  external += Math.max(0, end.external - after.external);
  return { collections: profile?.statistics.length ?? 0, heap, external };
}

/** @returns {Bytes} */
function now() {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return { heap, external };
}

/** Not in the declarations of Node's types. @param {object} statistics @returns {number} */
function externalOf(statistics) {
  return /** @type {{ externalMemory?: number }} */ (statistics).externalMemory ?? 0;
}
