/** Counts the system calls of a server under load, by `perf stat`, which stops nothing for it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** One for all, then those that wait for events, by whatever name. */
const ALL = 'raw_syscalls:sys_enter';
const WAITS = ['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'io_uring_enter'].map((name) => `syscalls:sys_enter_${name}`);
/** Until perf has attached itself to all threads. */
const ATTACH_MS = 300;

/**
 * @typedef {object} SystemCalls a request
 * @property {number} all
 * @property {number} waits of them, those that wait for events
 */

/** Why they cannot be counted here; undefined if they can. @returns {string | undefined} */
export function whyNotCounted() {
  const { error, status, stderr } = spawnSync('perf', [...stat([ALL, ...WAITS]), 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'perf is not installed';
  return status === 0 ? undefined : `perf may not count them: ${stderr.trim().split('\n')[0]}`;
}

/**
 * @param {number} pid of the server, all of whose threads count
 * @param {() => Promise<number>} run puts it under load, gives the number of requests
 * @returns {Promise<SystemCalls>}
 */
export async function systemCalls(pid, run) {
  const perf = spawn('perf', [...stat([ALL, ...WAITS]), '-p', `${pid}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  perf.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const end = once(perf, 'close');
  await sleep(ATTACH_MS);
  const requests = await run();
  perf.kill('SIGINT');
  await end;
  const counts = new Map(said.split('\n').map((line) => [line.split(',')[2], Number(line.split(',')[0])]));
  const all = counts.get(ALL);
  if (all === undefined || Number.isNaN(all)) throw new Error(`perf counted nothing:\n${said}`);
  return { all: all / requests, waits: WAITS.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) / requests };
}

/** Fields that commas part: count, unit, event. @param {readonly string[]} events */
function stat(events) {
  return ['stat', '-x,', '-e', events.join(',')];
}
