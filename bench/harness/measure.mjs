/**
 * Measures contenders that do the same work, in rounds that alternate: A B A B …
 *
 * 1. A slow moment of the machine hits all contenders of a round alike, so ratios are taken within rounds or between best rounds.
 * 2. Each contender is called from a loop of its own, compiled from its own source, so that no call site sees two contenders: V8 would
 *    otherwise stop inlining all of them. Every result is stored where V8 cannot prove it dead, and no two calls in a row get the same
 *    input, so nothing can be dropped or moved out of the loop.
 * 3. tinybench times the loop, not the call: reading the clock costs more than the shortest calls here.
 * 4. A round's figure is its mean, which has the garbage collection in it that the contender caused.
 */
import { Bench } from 'tinybench';

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} roundMs of each contender in each round
 * @property {number} warmMs of each contender before the first round
 * @property {number} trials rounds in which the fastest peer is looked for
 */

/** @type {Plan} */
export const FULL = { rounds: 7, roundMs: 60, warmMs: 60, trials: 3 };
/** @type {Plan} */
export const QUICK = { rounds: 3, roundMs: 5, warmMs: 5, trials: 2 };

/** So many loops fit in a round at least: the mean of a round then rests on several readings of the clock. */
const LOOPS_PER_ROUND = 8;
const NS_PER_MS = 1e6;

const sink = { value: /** @type {unknown} */ (undefined) };
let loops = 0;

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => number} round runs one round; ns per call
 */

/**
 * Warms a contender up and makes it ready for rounds.
 *
 * @template T
 * @param {string} name
 * @param {(input: T) => unknown} call what is measured
 * @param {readonly T[]} inputs as many as a power of two; used in turn
 * @param {Plan} plan
 * @returns {Contender}
 */
export function enter(name, call, inputs, plan) {
  const loop = compile(call, inputs);
  const calls = callsPerLoop(loop, plan);
  const bench = new Bench({ time: plan.roundMs, iterations: 1, warmup: false, throws: true });
  bench.add(name, () => loop(calls), { async: false });
  const task = /** @type {import('tinybench').Task} */ (bench.getTask(name));
  const round = () => {
    collectYoungGarbage();
    task.reset(false);
    const { result } = task.runSync();
    if (result.state !== 'completed') throw new Error(`${name}: the round ended as ${result.state}`);
    return (result.latency.mean * NS_PER_MS) / calls;
  };
  return { name, round };
}

/**
 * Runs rounds of all contenders in turn.
 *
 * @param {readonly Contender[]} contenders
 * @param {number} rounds
 * @returns {number[][]} ns per call, for each contender, for each round
 */
export function alternate(contenders, rounds) {
  /** @type {number[][]} */
  const times = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contender] of contenders.entries()) times[i]?.push(contender.round());
  }
  return times;
}

/**
 * How many times faster than a peer we are, between best rounds. It lies between `low` and `high`, those of single rounds.
 *
 * @param {readonly number[]} ours @param {readonly number[]} theirs ns per call for each round
 */
export function compare(ours, theirs) {
  const perRound = theirs.map((ns, round) => ns / /** @type {number} */ (ours[round]));
  return { ratio: Math.min(...theirs) / Math.min(...ours), low: Math.min(...perRound), high: Math.max(...perRound) };
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return /** @type {number} */ (sorted.length % 2 ? sorted[middle] : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2);
}

/**
 * A source text that occurs once: V8 keeps compiled code, and what it learnt about its calls, by source.
 *
 * @template T
 * @param {(input: T) => unknown} call @param {readonly T[]} inputs
 * @returns {(calls: number) => void}
 */
function compile(call, inputs) {
  if (inputs.length < 2 || (inputs.length & (inputs.length - 1)) !== 0) throw new RangeError(`${inputs.length} inputs: not a power of two`);
  const source = `return function loop${loops++}(calls) { for (let i = 0; i < calls; i++) sink.value = call(inputs[i & ${inputs.length - 1}]); }`;
  return new Function('call', 'inputs', 'sink', source)(call, inputs, sink);
}

/** Also the warm-up: runs ever longer loops until the time for that is over. @param {(calls: number) => void} loop @param {Plan} plan */
function callsPerLoop(loop, plan) {
  const loopMs = plan.roundMs / LOOPS_PER_ROUND;
  const start = performance.now();
  for (let calls = 1; ; ) {
    const before = performance.now();
    loop(calls);
    const now = performance.now();
    if (now - before < loopMs / 2) calls *= 2;
    else if (now - start >= plan.warmMs) return calls;
  }
}

/** What one contender left behind shall not be collected at the cost of the next. */
function collectYoungGarbage() {
  globalThis.gc?.({ type: 'minor' });
}
