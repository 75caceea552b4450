/**
 * The iterations of the gateway under load. Each server is a process on one core, the generator has another; rounds alternate between the
 * servers, all of which stay up, idle while it is not their turn.
 *
 * The generator may be the slower side, so servers are ranked by what they do with a second of CPU time, not by requests per second of
 * the clock.
 */

import { median } from '../harness/measure.mjs';
import { UsageError } from '../harness/options.mjs';
import { ratioText, table } from '../harness/table.mjs';
import { prepareMachine } from './machine.mjs';
import { assertAnswer, REQUESTS } from './requests.mjs';
import { hasGateway, SERVERS, Server } from './servers.mjs';
import { load } from './wrk.mjs';

const CONNECTIONS = 64;
const FULL = { rounds: 5, seconds: 30, warmSeconds: 5 };
const QUICK = { rounds: 3, seconds: 3, warmSeconds: 1 };
const US_PER_S = 1e6;
const HEAD = [
  'server',
  'QPS',
  'p50 µs',
  'p99 µs',
  'busy',
  'CPU µs/reply',
  'replies/CPU-s',
  'ratio',
  'spread',
  'heap B/req',
  'external B/req',
  'GCs',
];

/**
 * @typedef {object} Round
 * @property {number} qps replies a second of the clock
 * @property {number} p50 µs
 * @property {number} p99 µs
 * @property {number} busy share of its core that the server used
 * @property {number} cpuUs a reply
 * @property {number} heapBytes allocated a reply
 * @property {number} externalBytes allocated a reply, outside V8's heap
 * @property {number} collections of garbage
 */

/** @type {import('../harness/suite.mjs').Runner} */
export async function runGateway({ quick, only, dist }) {
  if (!hasGateway(dist)) throw new UsageError(`there is no gateway in ${dist}: npm run build makes one`);
  prepareMachine();
  const plan = quick ? QUICK : FULL;
  const requests = REQUESTS.filter(({ name }) => name.includes(only));
  if (requests.length === 0) throw new UsageError(`no request has a name with '${only}' in it`);
  const servers = [];
  try {
    for (const definition of SERVERS) servers.push(await Server.start(definition, dist));
    const measurements = [];
    for (const request of requests) measurements.push(...(await runRequest(servers, request, plan)));
    return measurements;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @param {Server[]} servers @param {import('./requests.mjs').Request} request @param {typeof FULL} plan */
async function runRequest(servers, request, { rounds, seconds, warmSeconds }) {
  for (const server of servers) {
    await assertAnswer(server.url, request);
    await load(server.url, request, CONNECTIONS, warmSeconds);
  }
  /** @type {Round[][]} */
  const measured = servers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, server] of servers.entries()) measured[i]?.push(await runRound(server, request, seconds));
    process.stderr.write(`  ${request.name}: round ${round + 1} of ${rounds}\n`);
  }
  const measurements = servers.map((server, i) => summary(request, server.name, measured[i] ?? [], measured[0] ?? []));
  process.stdout.write(`${request.name}: best of ${rounds} rounds of ${seconds} s, ${CONNECTIONS} connections\n`);
  process.stdout.write(`${table(HEAD, measurements.map(row))}\n\n`);
  return measurements;
}

/** @param {Server} server @param {import('./requests.mjs').Request} request @param {number} seconds @returns {Promise<Round>} */
async function runRound(server, request, seconds) {
  await server.watchGarbage();
  const cpuBefore = server.cpuUs();
  const { requests, us, p50, p99, failed } = await load(server.url, request, CONNECTIONS, seconds);
  const cpuUs = server.cpuUs() - cpuBefore;
  const { heap, external, collections } = await server.garbage();
  if (failed > 0 || requests === 0) throw new Error(`${server.name}, ${request.name}: ${failed} of ${requests} requests failed`);
  await assertAnswer(server.url, request);
  return {
    qps: (requests / us) * US_PER_S,
    p50,
    p99,
    busy: cpuUs / us,
    cpuUs: cpuUs / requests,
    heapBytes: heap / requests,
    externalBytes: external / requests,
    collections,
  };
}

/**
 * The round with the least CPU time a reply, and how many times less than the first server's that is. `ns` count CPU time, not the clock.
 *
 * @param {import('./requests.mjs').Request} request @param {string} contender @param {Round[]} rounds @param {Round[]} baseline
 */
function summary({ name, body }, contender, rounds, baseline) {
  const best = rounds.reduce((a, b) => (b.cpuUs < a.cpuUs ? b : a));
  const perRound = rounds.map(({ cpuUs }, i) => Number(baseline[i]?.cpuUs) / cpuUs);
  const ratio = Math.min(...baseline.map(({ cpuUs }) => cpuUs)) / best.cpuUs;
  const spread = { ratio, low: Math.min(...perRound), high: Math.max(...perRound) };
  const nsMedian = median(rounds.map(({ cpuUs }) => cpuUs)) * 1000;
  return {
    suite: 'gateway',
    case: `${name}, c${CONNECTIONS}`,
    size: body.length,
    contender,
    ns: best.cpuUs * 1000,
    nsMedian,
    ...spread,
    ...best,
  };
}

/** @param {ReturnType<typeof summary>} measurement @returns {string[]} */
function row({ contender, qps, p50, p99, busy, cpuUs, ratio, low, high, heapBytes, externalBytes, collections }) {
  const comparison = [`${ratioText(ratio)}x`, `${ratioText(low)} … ${ratioText(high)}`];
  const garbage = [heapBytes.toFixed(0), externalBytes.toFixed(0), collections.toFixed(0)];
  const replies = (US_PER_S / cpuUs).toFixed(0);
  return [
    contender,
    qps.toFixed(0),
    p50.toFixed(0),
    p99.toFixed(0),
    `${(busy * 100).toFixed(0)} %`,
    cpuUs.toFixed(1),
    replies,
    ...comparison,
    ...garbage,
  ];
}
