/** What connections that rest cost, and what a second thread brings. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../harness/table.mjs';
import { memoryVerdict, threadsVerdict } from './bars.mjs';
import { CONNECTIONS } from './closed-loop.mjs';
import { DESCRIPTORS_MAX, GENERATOR_CORES, SERVER_CORES } from './machine.mjs';
import { holding } from './open-loop.mjs';
import { Server, Unmeasured } from './server.mjs';
import { load } from './wrk.mjs';

/**
 * @typedef {import('./server.mjs').Definition} Definition
 * @typedef {import('./items.mjs').Item} Item
 */

/** Until a server that has accepted the last connection has nothing left to do. */
const SETTLE_MS = 500;
/** What a process needs beside its connections. */
const SPARE_DESCRIPTORS = 500;
const WARM_SECONDS = 1;
const THREADS = 2;

/**
 * Resident memory of each server, before and while many connections rest, which have been answered once. It has served others before.
 *
 * @param {readonly Definition[]} definitions @param {Item} item @param {number} connections @param {string} ours
 */
export async function reportIdle(definitions, item, connections, ours) {
  if (Number(DESCRIPTORS_MAX) < connections + SPARE_DESCRIPTORS) {
    process.stdout.write(`${connections} idle connections: not measured: a process may have ${DESCRIPTORS_MAX} descriptors here\n\n`);
    return [];
  }
  const rows = [];
  const measurements = [];
  for (const definition of definitions) {
    const server = await startIfThere(definition);
    if (typeof server === 'string') {
      rows.push([definition.name, '', '', '', `not measured: ${server}`]);
      continue;
    }
    try {
      await load(server.url, item, CONNECTIONS, WARM_SECONDS);
      await sleep(SETTLE_MS);
      const before = server.residentBytes();
      const during = await holding(server.url, item, connections, () => sleep(SETTLE_MS).then(() => server.residentBytes()));
      const each = (during - before) / connections;
      const verdict = server.name === ours ? memoryVerdict(each) : '';
      rows.push([server.name, each.toFixed(0), `${(before / 2 ** 20).toFixed(1)}`, `${(during / 2 ** 20).toFixed(1)}`, verdict]);
      measurements.push({ suite: 'gateway', case: 'idle connections', size: connections, contender: server.name, bytes: each });
    } finally {
      await server.stop();
    }
  }
  process.stdout.write(`${connections} idle connections\n`);
  process.stdout.write(`${table(['server', 'B a connection', 'MiB before', 'MiB with them', ''], rows)}\n\n`);
  return measurements;
}

/**
 * Two threads against one. With four cores QPS are compared, servers on the first two, generators on the others. With fewer, servers share
 * theirs with the generator, and what a thread does with a second of CPU time is compared, of the busiest thread: it is the limit.
 *
 * @param {Definition} one @param {Definition} two @param {Item} item @param {number} rounds @param {number} seconds
 */
export async function reportThreads(one, two, item, rounds, seconds) {
  const apart = availableParallelism() >= 2 * THREADS;
  const single = await Server.start(one, SERVER_CORES);
  const double = await startIfThere(two, [0, 1]);
  try {
    if (typeof double === 'string') return print(undefined, double);
    for (const server of [single, double]) await load(server.url, item, CONNECTIONS, WARM_SECONDS);
    const best = [0, 0];
    for (let round = 0; round < rounds; round++) {
      for (const [i, server] of [single, double].entries()) {
        const before = server.threadCpuUs();
        const { requests, us } = await load(server.url, item, CONNECTIONS, seconds, apart ? [THREADS, THREADS + 1] : GENERATOR_CORES);
        best[i] = Math.max(Number(best[i]), requests / (apart ? us : busiest(before, server.threadCpuUs())));
      }
    }
    print(Number(best[1]) / Number(best[0]), apart ? 'by QPS' : 'by CPU time of the busiest thread');
  } finally {
    await single.stop();
    if (typeof double !== 'string') await double.stop();
  }
}

/** What the thread that worked most has used since. @param {Map<string, number>} before @param {Map<string, number>} after */
function busiest(before, after) {
  return Math.max(...[...after].map(([id, us]) => us - (before.get(id) ?? 0)));
}

/** @param {number | undefined} gain @param {string} how */
function print(gain, how) {
  process.stdout.write(`${threadsVerdict(gain, how)}\n\n`);
}

/** @param {Definition} definition @param {readonly number[]} [cores] @returns {Promise<Server | string>} or why there is none */
async function startIfThere(definition, cores) {
  try {
    return await Server.start(definition, cores);
  } catch (error) {
    if (error instanceof Unmeasured) return error.message;
    throw error;
  }
}
