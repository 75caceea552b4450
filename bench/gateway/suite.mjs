/**
 * The iterations of the gateway and its peers under load. Each server is a process on one core, the generator has another; rounds alternate
 * between the servers, all of which stay up, idle while it is not their turn.
 *
 * The generator may be the slower side, so servers are ranked by what they do with a second of CPU time, not by requests per second of
 * the clock.
 */

import { describe, headline } from '../harness/environment.mjs';
import { UsageError } from '../harness/options.mjs';
import { PEERS } from '../peers/http/servers.mjs';
import { verdicts } from './bars.mjs';
import { measureItem, reportItem, toMeasurement } from './closed-loop.mjs';
import { ITEMS } from './items.mjs';
import { hasGateway, iteration, iterationNames, variant } from './iterations.mjs';
import { iterationsTable, writeTable } from './iterations-table.mjs';
import { prepareMachine } from './machine.mjs';
import { reportIdle, reportThreads } from './resources.mjs';
import { Server, Unmeasured } from './server.mjs';
import { whyNotCounted } from './system-calls.mjs';

/**
 * @typedef {import('./server.mjs').Definition} Definition
 * @typedef {import('./closed-loop.mjs').Plan} Plan
 * @typedef {import('./closed-loop.mjs').Result} Result
 */

/** @type {Plan} */
const FULL = { rounds: 5, seconds: 8, warmSeconds: 3, openRounds: 2, openSeconds: 8, countSeconds: 2, idleConnections: 10_000 };
/** @type {Plan} */
const QUICK = { rounds: 3, seconds: 1, warmSeconds: 1, openRounds: 1, openSeconds: 1, countSeconds: 1, idleConnections: 2000 };
/** Work beside the items, chosen by the same option. */
const THREADS = 'two threads against one';
const IDLE = 'idle connections';
/** Whose memory for connections is looked at beside ours. */
const IDLE_PEERS = /^(raw epoll|hyper|fasthttp|Bun|node:http)/;

/** @type {import('../harness/suite.mjs').Runner} */
export async function runGateway({ quick, only, dist, servers: parts, write }, facade) {
  if (!hasGateway(dist)) throw new UsageError(`there is no gateway in ${dist}: npm run build makes one`);
  prepareMachine();
  const plan = quick ? QUICK : FULL;
  const iterations = iterationNames(dist);
  const newest = /** @type {string} */ (iterations.at(-1));
  const uring = variant(dist, newest, '--io', 'uring');
  const chosen = (/** @type {Definition} */ { name }) => parts.some((part) => name.includes(part));
  const definitions = [...iterations.map((name) => iteration(dist, name)), uring, ...PEERS].filter(chosen);
  const items = ITEMS.filter(({ name }) => name.includes(only));
  if (definitions.length === 0) throw new UsageError(`no server has a name with one of '${parts}' in it`);
  if (items.length === 0 && ![THREADS, IDLE].some((name) => name.includes(only)))
    throw new UsageError(`no work has a name with '${only}' in it`);

  const measurements = [];
  /** @type {{ name: string, results: Result[] }[]} */
  const plans = [];
  const { servers, unmeasured } = await startAll(items.length === 0 ? [] : definitions);
  try {
    const countCalls = say(whyNotCounted(), 'system calls');
    for (const item of items) {
      const able = servers.filter(({ works }) => works.includes(item.work));
      if (able.length === 0) continue;
      const results = await measureItem(able, item, plan, countCalls);
      const ours = /** @type {Result} */ (results.find(({ server }) => server === newest) ?? results[0]);
      process.stdout.write(`${reportItem(item, results, ours, plan)}\n`);
      const field = { work: item.work, results, iterations, uring: uring.name, unmeasured };
      process.stdout.write(`${verdicts(field).join('\n')}\n\n`);
      measurements.push(...results.map((result) => toMeasurement(item, result, ours)));
      if (item.work === 'get' || item.work === 'post') plans.push({ name: item.name, results });
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  const [simplest] = /** @type {[import('./items.mjs').Item]} */ (ITEMS);
  if (THREADS.includes(only) && chosen({ ...uring, name: newest })) {
    const two = variant(dist, newest, '--threads', '2');
    await reportThreads(iteration(dist, newest), two, simplest, plan.rounds, plan.seconds);
  }
  if (IDLE.includes(only)) {
    const resting = definitions.filter(
      ({ name, works }) => works.includes('get') && (name === newest || name === uring.name || IDLE_PEERS.test(name)),
    );
    measurements.push(...(await reportIdle(resting, simplest, plan.idleConnections, newest)));
  }
  if (write) writeIterations(iterations, plans, headline(describe(facade.runtime())), quick);
  return measurements;
}

/** @param {readonly Definition[]} definitions */
async function startAll(definitions) {
  /** @type {Server[]} */
  const servers = [];
  /** @type {Map<string, string>} */
  const unmeasured = new Map();
  try {
    for (const definition of definitions) {
      try {
        servers.push(await Server.start(definition));
      } catch (error) {
        if (!(error instanceof Unmeasured)) throw error;
        unmeasured.set(definition.name, error.message);
        say(error.message, definition.name);
      }
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  return { servers, unmeasured };
}

/** @param {string | undefined} reason @param {string} what @returns {boolean} whether it is measured */
function say(reason, what) {
  if (reason !== undefined) process.stdout.write(`${what}: not measured: ${reason}\n`);
  return reason === undefined;
}

/** @param {readonly string[]} iterations @param {readonly { name: string, results: Result[] }[]} plans @param {string} head @param {boolean} quick */
function writeIterations(iterations, plans, head, quick) {
  if (plans.length === 0) throw new UsageError('--write needs the work of a plan, GET /echo or POST /echo');
  writeTable(iterationsTable(iterations, plans, `\`npm run bench -- gateway${quick ? ' --quick' : ''} --write\` · ${head}`));
}
