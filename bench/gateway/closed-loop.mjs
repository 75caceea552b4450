/** One work item on all servers that can do it: rounds that alternate, then the latency at a constant rate, and the system calls. */
import { compare, median } from '../harness/measure.mjs';
import { ratioText, table } from '../harness/table.mjs';
import { assertAnswer } from './items.mjs';
import { constantLoad } from './open-loop.mjs';
import { systemCalls } from './system-calls.mjs';
import { load } from './wrk.mjs';

/**
 * @typedef {import('./server.mjs').Server} Server
 * @typedef {import('./items.mjs').Item} Item
 *
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} seconds of each round
 * @property {number} warmSeconds
 * @property {number} openSeconds of each run at a constant rate
 * @property {number} openRounds
 * @property {number} countSeconds while system calls are counted
 * @property {number} restSeconds in which a server that has come to rest should collect nothing
 * @property {number} idleConnections whose memory is measured
 *
 * @typedef {object} Round
 * @property {number} qps replies a second of the clock
 * @property {number} p50 µs
 * @property {number} p99 µs
 * @property {number} busy share of its core that the server used
 * @property {number} cpuUs a reply
 * @property {number | undefined} heapBytes allocated a reply
 * @property {number | undefined} externalBytes allocated a reply, outside V8's heap
 * @property {number | undefined} collections of garbage
 *
 * @typedef {object} Result of one server
 * @property {string} server
 * @property {Round[]} rounds
 * @property {Round} best the round with the least CPU time a reply
 * @property {import('./open-loop.mjs').Latency} open at 70 % of the QPS of the best round
 * @property {import('./system-calls.mjs').SystemCalls | undefined} calls
 */

export const CONNECTIONS = 100;
/** Of what a server did at most, the load at which latency is looked at. */
const OPEN_LOAD = 0.7;
const US_PER_S = 1e6;
const HEAD = [
  'server',
  'CPU µs/reply',
  'replies/CPU-s',
  'ours is better by',
  'spread',
  'QPS',
  'busy',
  'p50 µs',
  'p99 µs',
  'open p50',
  'open p99',
  'calls/req',
  'of them waits',
  'heap B/req',
  'external B/req',
  'GCs',
];

/**
 * @param {readonly Server[]} servers that can do the work @param {Item} item @param {Plan} plan @param {boolean} countCalls
 * @returns {Promise<Result[]>} in the order of the servers
 */
export async function measureItem(servers, item, plan, countCalls) {
  for (const server of servers) {
    await assertAnswer(server, item);
    await load(server.url, item, CONNECTIONS, plan.warmSeconds);
  }
  const rounds = await alternate(servers, item, plan.rounds, 'closed loop', (server) => runRound(server, item, plan.seconds));
  const bests = rounds.map((each) => each.reduce((a, b) => (b.cpuUs < a.cpuUs ? b : a)));
  const open = await alternate(servers, item, plan.openRounds, 'constant rate', (server, i) =>
    constantLoad(server.url, item, CONNECTIONS, Number(bests[i]?.qps) * OPEN_LOAD, plan.openSeconds),
  );
  const results = [];
  for (const [i, server] of servers.entries()) {
    const run = async () => (await load(server.url, item, CONNECTIONS, plan.countSeconds)).requests;
    results.push({
      server: server.name,
      rounds: /** @type {Round[]} */ (rounds[i]),
      best: /** @type {Round} */ (bests[i]),
      open: /** @type {import('./open-loop.mjs').Latency[]} */ (open[i]).reduce((a, b) => (b.p99 < a.p99 ? b : a)),
      calls: countCalls ? await systemCalls(server.pid, run) : undefined,
    });
  }
  return results;
}

/** @param {Item} item @param {readonly Result[]} results @param {Result} ours what the others are compared with @param {Plan} plan */
export function reportItem({ name }, results, ours, { rounds, seconds }) {
  const closed = `${rounds} rounds of ${seconds} s, ${CONNECTIONS} connections`;
  const rows = results.map((result) => row(result, ours));
  return `${name}: ${closed}; open: latency in µs at ${OPEN_LOAD * 100} % of that QPS, sent at a constant rate\n${table(HEAD, rows)}\n`;
}

/** As records are kept: `ns` count CPU time a reply, not the clock. @param {Item} item @param {Result} result @param {Result} ours */
export function toMeasurement({ name, body }, { server, rounds, best, open, calls }, ours) {
  return {
    suite: 'gateway',
    case: `${name}, c${CONNECTIONS}`,
    size: body.length,
    contender: server,
    ns: best.cpuUs * 1000,
    nsMedian: median(rounds.map(({ cpuUs }) => cpuUs)) * 1000,
    ...compare(cpuOf(ours.rounds), cpuOf(rounds)),
    ...best,
    openRate: open.requests / (open.us / US_PER_S),
    openP50: open.p50,
    openP99: open.p99,
    openP999: open.p999,
    systemCalls: calls?.all,
    systemCallsWaiting: calls?.waits,
  };
}

/** @param {readonly Round[]} rounds */
export function cpuOf(rounds) {
  return rounds.map(({ cpuUs }) => cpuUs);
}

/**
 * @template T
 * @param {readonly Server[]} servers @param {Item} item @param {number} rounds @param {string} what
 * @param {(server: Server, i: number) => Promise<T>} run
 * @returns {Promise<T[][]>} for each server, for each round
 */
async function alternate(servers, item, rounds, what, run) {
  /** @type {T[][]} */
  const found = servers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of servers.entries()) found[i]?.push(await run(server, i));
    process.stderr.write(`  ${item.name}, ${what}: round ${round + 1} of ${rounds}\n`);
  }
  return found;
}

/** @param {Server} server @param {Item} item @param {number} seconds @returns {Promise<Round>} */
async function runRound(server, item, seconds) {
  await server.watchGarbage();
  const cpuBefore = server.cpuUs();
  const { requests, us, p50, p99, failed } = await load(server.url, item, CONNECTIONS, seconds);
  const cpuUs = server.cpuUs() - cpuBefore;
  const garbage = await server.garbage();
  if (failed > 0 || requests === 0) throw new Error(`${server.name}, ${item.name}: ${failed} of ${requests} requests failed`);
  await assertAnswer(server, item);
  return {
    qps: (requests / us) * US_PER_S,
    p50,
    p99,
    busy: cpuUs / us,
    cpuUs: cpuUs / requests,
    heapBytes: garbage && garbage.heap / requests,
    externalBytes: garbage && garbage.external / requests,
    collections: garbage?.collections,
  };
}

/** @param {Result} result @param {Result} ours @returns {string[]} */
function row(result, ours) {
  const { server, best, rounds, open, calls } = result;
  const { ratio, low, high } = compare(cpuOf(ours.rounds), cpuOf(rounds));
  const versus = result === ours ? ['', ''] : [`${ratioText(ratio)}x`, `${ratioText(low)} … ${ratioText(high)}`];
  const figure = (/** @type {number | undefined} */ value, digits = 0) => value?.toFixed(digits) ?? '';
  return [
    server,
    best.cpuUs.toFixed(2),
    (US_PER_S / best.cpuUs).toFixed(0),
    ...versus,
    best.qps.toFixed(0),
    `${(best.busy * 100).toFixed(0)} %`,
    best.p50.toFixed(0),
    best.p99.toFixed(0),
    open.failed > 0 ? `${open.failed} late` : open.p50.toFixed(0),
    open.p99.toFixed(0),
    figure(calls?.all, 2),
    figure(calls?.waits, 2),
    figure(best.heapBytes),
    figure(best.externalBytes),
    figure(best.collections),
  ];
}
