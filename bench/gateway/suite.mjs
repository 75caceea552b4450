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
import { isPlan, verdicts } from './bars.mjs';
import { measureItem, reportItem, toMeasurement } from './closed-loop.mjs';
import { ITEMS } from './items.mjs';
import { hasGateway, iteration, iterationNames, variant } from './iterations.mjs';
import { iterationsTable, writeTable } from './iterations-table.mjs';
import { prepareMachine } from './machine.mjs';
import { reportIdle, reportThreads } from './resources.mjs';
import { Server, Unmeasured } from './server.mjs';
import { collectionsAtRest, heapOfHandler } from './steady-state.mjs';
import { whyNotCounted } from './system-calls.mjs';

/**
 * @typedef {import('./server.mjs').Definition} Definition
 * @typedef {import('./closed-loop.mjs').Plan} Plan
 * @typedef {import('./closed-loop.mjs').Result} Result
 */

/** @type {Plan} */
const FULL = {
  rounds: 5,
  seconds: 8,
  warmSeconds: 3,
  openRounds: 2,
  openSeconds: 8,
  countSeconds: 2,
  restSeconds: 30,
  idleConnections: 10_000,
};
/** @type {Plan} */
const QUICK = {
  rounds: 3,
  seconds: 1,
  warmSeconds: 1,
  openRounds: 1,
  openSeconds: 1,
  countSeconds: 1,
  restSeconds: 5,
  idleConnections: 2000,
};
/** Work beside the items, chosen by the same option. */
const THREADS = 'two threads against one';
const IDLE = 'idle connections';
/** Whose memory for connections is looked at beside ours. */
const IDLE_PEERS = /^(raw epoll|hyper|fasthttp|Bun|node:http)/;
/** @type {readonly import('./items.mjs').Work[]} */
const SIMPLEST_WORK = ['get'];
const [SIMPLEST] = /** @type {[import('./items.mjs').Item]} */ (ITEMS);

/**
 * @typedef {object} Cast
 * @property {readonly string[]} iterations oldest first
 * @property {string} newest
 * @property {{ epoll: string, uring: string }} io the newest, by what asks the kernel
 * @property {readonly Definition[]} definitions of all servers that were asked for
 */

/** @type {import('../harness/suite.mjs').Runner} */
export async function runGateway({ quick, only, dist, servers: parts, write }, facade) {
  if (!hasGateway(dist)) throw new UsageError(`there is no gateway in ${dist}: npm run build makes one`);
  prepareMachine();
  const plan = quick ? QUICK : FULL;
  const items = ITEMS.filter(({ name }) => name.includes(only));
  const isKnown = items.length > 0 || [THREADS, IDLE].some((name) => name.includes(only));
  if (!isKnown) throw new UsageError(`no work has a name with '${only}' in it`);
  const cast = castOf(dist, parts);
  const fields = items.length === 0 ? [] : await runItems(items, cast, plan);
  if (THREADS.includes(only) && cast.definitions.some(({ name }) => name === cast.newest)) {
    await reportThreads(iteration(dist, cast.newest), variant(dist, cast.newest, '--threads', '2'), SIMPLEST, plan.rounds, plan.seconds);
  }
  const idle = IDLE.includes(only) ? await reportIdle(restingOf(cast), SIMPLEST, plan.idleConnections, cast.newest) : [];
  if (write) writeIterations(cast.iterations, fields, headline(describe(facade.runtime())), quick);
  return [...fields.flatMap(({ item, results }) => results.map((result) => toMeasurement(item, result, oursOf(results, cast)))), ...idle];
}

/** @param {string} dist @param {readonly string[]} parts of names @returns {Cast} */
function castOf(dist, parts) {
  const iterations = iterationNames(dist);
  const newest = /** @type {string} */ (iterations.at(-1));
  const byIo = (/** @type {string} */ io) => ({ ...variant(dist, newest, '--io', io), works: SIMPLEST_WORK });
  const [epoll, uring] = [byIo('epoll'), byIo('uring')];
  const all = [...iterations.map((name) => iteration(dist, name)), epoll, uring, ...PEERS];
  const definitions = all.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (definitions.length === 0) throw new UsageError(`no server has a name with one of '${parts}' in it`);
  return { iterations, newest, io: { epoll: epoll.name, uring: uring.name }, definitions };
}

/** @param {Cast} cast */
function restingOf({ definitions, newest, io }) {
  const ours = [newest, io.epoll, io.uring];
  return definitions.filter(({ name, works }) => works.includes('get') && (ours.includes(name) || IDLE_PEERS.test(name)));
}

/** What the others are compared with: the newest iteration, or what stands in for it. @param {Result[]} results @param {Cast} cast */
function oursOf(results, { newest }) {
  return /** @type {Result} */ (results.find(({ server }) => server === newest) ?? results[0]);
}

/**
 * @param {readonly import('./items.mjs').Item[]} items @param {Cast} cast @param {Plan} plan
 * @returns {Promise<{ item: import('./items.mjs').Item, results: Result[] }[]>}
 */
async function runItems(items, cast, plan) {
  const { servers, unmeasured } = await startAll(cast.definitions);
  const fields = [];
  try {
    const countCalls = say(whyNotCounted(), 'system calls');
    for (const item of items) {
      const able = servers.filter(({ works }) => works.includes(item.work));
      if (able.length === 0) continue;
      const results = await measureItem(able, item, plan, countCalls);
      const lines = verdicts({ ...cast, work: item.work, results, unmeasured, ...(await memoryOf(item, cast, plan)) });
      process.stdout.write(`${reportItem(item, results, oursOf(results, cast), plan)}\n${lines.map((line) => `${line}\n`).join('')}\n`);
      fields.push({ item, results });
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return fields;
}

/**
 * What only the newest is asked for.
 *
 * @param {import('./items.mjs').Item} item @param {Cast} cast @param {Plan} plan
 * @returns {Promise<Pick<import('./bars.mjs').Field, 'rest' | 'handlerBytes'>>}
 */
async function memoryOf(item, { definitions, newest }, { restSeconds: seconds }) {
  const definition = definitions.find(({ name }) => name === newest);
  if (definition === undefined || item.work === 'convert') return {};
  if (!isPlan(item.work)) return { handlerBytes: await heapOfHandler(item.path) };
  return { rest: { seconds, collections: await collectionsAtRest(definition, item, seconds) } };
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

/**
 * @param {readonly string[]} iterations @param {readonly { item: import('./items.mjs').Item, results: Result[] }[]} fields
 * @param {string} head @param {boolean} quick
 */
function writeIterations(iterations, fields, head, quick) {
  const plans = fields.filter(({ item }) => isPlan(item.work)).map(({ item: { name }, results }) => ({ name, results }));
  if (plans.length === 0) throw new UsageError('--write needs the work of a plan, GET /echo or POST /echo');
  writeTable(iterationsTable(iterations, plans, `\`npm run bench -- gateway${quick ? ' --quick' : ''} --write\` · ${head}`));
}
