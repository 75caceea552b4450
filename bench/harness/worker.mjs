/** Runs one case of a suite: asserts every contender's results, then measures, and sends each cell to the parent. */
import { strict as assert } from 'node:assert';
import { loadFacade } from './environment.mjs';
import { alternate, compare, enter, FULL, QUICK } from './measure.mjs';
import { loadSuite, OURS } from './suite.mjs';

/** Below this share of the peer's speed a cell is measured again, for so many times the rounds, and all of them count. */
const SUSPECT_BELOW = 0.95;
const AGAIN = 3;

/** @type {import('./suite.mjs').Job} */
const job = JSON.parse(process.argv[2] ?? '');
const plan = job.quick ? QUICK : FULL;
const suite = await loadSuite(job.suite);
const entry = suite.cases(await loadFacade(job.dist), job.quick)[job.index];
if (entry === undefined) throw new RangeError(`no case ${job.index}`);

for (const size of entry.sizes) {
  const workload = entry.prepare(size);
  const calls = Object.entries({ [OURS]: workload.ours, ...workload.peers });
  for (const [name, call] of calls) assertResults(name, call, workload, size);
  const entrants = calls.map(([name, call]) => enter(name, call, workload.inputs, plan));
  const contenders = suite.against === 'each' ? entrants : againstFastest(entrants);
  const times = measure(contenders);
  process.send?.({ size: workload.size ?? size, contenders: contenders.map(({ name }, i) => ({ name, rounds: times[i] })) });
}
process.disconnect?.();

/**
 * @param {string} name @param {(input: any) => unknown} call @param {import('./suite.mjs').Workload} workload @param {number} size
 */
function assertResults(name, call, { inputs, read, expected }, size) {
  for (const input of inputs) {
    const result = call(input);
    const found = read === undefined ? result : read(result);
    const wanted = expected(input);
    if (found !== wanted) assert.fail(`${entry?.name}, size ${size}: ${name} gives ${brief(found)}, expected ${brief(wanted)}`);
  }
}

/** Ours, and the peer that wins a short trial. @param {import('./measure.mjs').Contender[]} entrants */
function againstFastest(entrants) {
  const [ours, ...peers] = /** @type {[import('./measure.mjs').Contender, ...import('./measure.mjs').Contender[]]} */ (entrants);
  if (peers.length === 1) return entrants;
  const best = alternate(peers, plan.trials).map((rounds) => Math.min(...rounds));
  return [ours, /** @type {import('./measure.mjs').Contender} */ (peers[best.indexOf(Math.min(...best))])];
}

/** @param {import('./measure.mjs').Contender[]} contenders @returns {number[][]} */
function measure(contenders) {
  const times = alternate(contenders, plan.rounds);
  const [ours, ...peers] = /** @type {[number[], ...number[][]]} */ (times);
  if (peers.every((theirs) => compare(ours, theirs).ratio >= SUSPECT_BELOW)) return times;
  const again = alternate(contenders, plan.rounds * AGAIN);
  return times.map((rounds, i) => [...rounds, ...(again[i] ?? [])]);
}

/** @param {unknown} value */
function brief(value) {
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
