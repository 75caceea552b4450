/**
 * `node --expose-gc --min-semi-space-size=64 --max-semi-space-size=64 handler-heap.mjs PATH`: the bytes of heap that a call of the handler of a
 * route allocates, without a gateway: what it makes, and for an async one the promises and closures that V8 makes for it.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import config from './handlers.config.mjs';

const TURNS = 100;
/** As many requests as a turn of the loop brings. */
const CALLS = 100;
const ROUNDS = 20;

const route = config.routes.find(({ path }) => path === process.argv[2]);
const handler = /** @type {() => unknown} */ (route?.handler);
/** Where answers are put: one that nobody could see would not be made. */
const answers = new Array(CALLS);

async function run() {
  for (let left = TURNS; left > 0; left--) {
    for (let i = 0; i < CALLS; i++) answers[i] = handler();
    await turn();
  }
}

/** Bytes of a round, in which nothing is collected. */
async function measure() {
  /** @type {() => void} */ (globalThis.gc)();
  const before = getHeapStatistics().used_heap_size;
  await run();
  return getHeapStatistics().used_heap_size - before;
}

let least = Number.POSITIVE_INFINITY;
for (let round = 0; round < ROUNDS; round++) least = Math.min(least, await measure());
process.stdout.write(`${Math.round(least / (TURNS * CALLS))}\n`);
