/**
 * What a suite is, and how it is run: each case in a process of its own, so that no case finds what V8 learnt, or the garbage that was
 * left, in the cases before it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { UsageError } from './options.mjs';

/**
 * @typedef {import('./environment.mjs').Facade} Facade
 * @typedef {import('./options.mjs').Options} Options
 *
 * @typedef {object} Suite
 * @property {'each' | 'fastest'} against whether each peer gets a ratio, or only the one that is fastest at that size
 * @property {(facade: Facade, quick: boolean) => Case[]} cases loads no data yet
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {number[]} sizes in the unit of the input, one cell each; [0] where each workload has a size of its own
 * @property {(size: number) => Workload} prepare
 * @property {string | undefined} [lacks] what the build that is measured does not have, so that the case is left out
 *
 * @typedef {object} Workload one call, and the other ways to the same result
 * @property {number} [size] where it is not the size that was asked for
 * @property {readonly any[]} inputs as many as a power of two
 * @property {(input: any) => unknown} ours
 * @property {Readonly<Record<string, (input: any) => unknown>>} peers by name
 * @property {(result: any) => string | number | boolean} [read] makes results comparable. Default: they are
 * @property {(input: any) => string | number | boolean} expected what `read` gives of a right result
 *
 * @typedef {object} Cell
 * @property {number} size
 * @property {{ name: string, rounds: number[], memory?: number }[]} contenders ours first; ns per call
 *
 * @typedef {(options: Options, facade: Facade) => Promise<object[]>} Runner prints its tables, gives its measurements
 *
 * @typedef {{ suite: Options['suite'], dist: string, quick: boolean, index: number }} Job
 */

/** The name of our contender, everywhere. */
export const OURS = 'lanewise';

const WORKER = new URL('./worker.mjs', import.meta.url);

/** @param {Options['suite']} name @returns {Promise<Suite>} */
export async function loadSuite(name) {
  const file = name === 'boundary' ? '../boundary/suite.mjs' : `../suites/${name}.mjs`;
  return (await import(file)).default;
}

/**
 * The cases that were asked for, each with its place in the whole list.
 *
 * @param {Suite} suite @param {Facade} facade @param {Options} options
 * @returns {{ index: number, case: Case }[]}
 * @throws {UsageError} when there is none of that name
 */
export function choose(suite, facade, { only, quick }) {
  const named = suite
    .cases(facade, quick)
    .map((entry, index) => ({ index, case: entry }))
    .filter(({ case: { name } }) => name.includes(only));
  if (named.length === 0) throw new UsageError(`no case has a name with '${only}' in it`);
  for (const { name, lacks } of named.map(({ case: entry }) => entry)) {
    if (lacks !== undefined) process.stderr.write(`  ${name}: left out, this build has no ${lacks}\n`);
  }
  return named.filter(({ case: { lacks } }) => lacks === undefined);
}

/**
 * Runs one case.
 *
 * @param {Options} options @param {number} index of the case in the whole list
 * @returns {Promise<Cell[]>}
 * @throws {Error} when a result was wrong; the process has said which
 */
export async function runCase({ suite, dist, quick }, index) {
  /** @type {Job} */
  const job = { suite, dist, quick, index };
  const child = fork(WORKER, [JSON.stringify(job)], { execArgv: ['--expose-gc'] });
  /** @type {Cell[]} */
  const cells = [];
  child.on('message', (cell) => cells.push(/** @type {Cell} */ (cell)));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`the case ended with ${signal ?? `exit code ${code}`}`);
  return cells;
}
