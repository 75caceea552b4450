/** Runs `open-loop`, our generator that keeps its rate (`peers/rust/open-loop`): for latency at a given load, and to hold connections. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../harness/rust.mjs';
import { requestBytes } from './items.mjs';
import { GENERATOR_CORES, pinned } from './machine.mjs';

/**
 * @typedef {object} Latency in µs from the moment at which a request was due
 * @property {number} requests that were answered
 * @property {number} failed that were not
 * @property {number} us how long it ran
 * @property {number} p50
 * @property {number} p90
 * @property {number} p99
 * @property {number} p999
 * @property {number} max
 */

/**
 * Asks at a constant rate, whatever the server does.
 *
 * @param {string} url of the server @param {import('./items.mjs').Item} item
 * @param {number} connections @param {number} rate requests a second @param {number} seconds
 * @returns {Promise<Latency>}
 */
export async function constantLoad(url, item, connections, rate, seconds) {
  return withRequest(url, item, async (file) => {
    const args = [new URL(url).host, file, `${connections}`, `${Math.max(1, Math.round(rate))}`, `${seconds}`];
    const [program, ...rest] = pinned(GENERATOR_CORES, [generator(), 'load', ...args]);
    const { stdout } = await promisify(execFile)(/** @type {string} */ (program), rest);
    return JSON.parse(stdout);
  });
}

/**
 * Has connections open that have been answered once and then rest.
 *
 * @template T
 * @param {string} url of the server @param {import('./items.mjs').Item} item @param {number} connections
 * @param {() => Promise<T>} meanwhile runs while they are held
 * @returns {Promise<T>}
 */
export async function holding(url, item, connections, meanwhile) {
  return withRequest(url, item, async (file) => {
    const command = pinned(GENERATOR_CORES, [generator(), 'hold', new URL(url).host, file, `${connections}`]);
    const child = spawn(/** @type {string} */ (command[0]), command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    const end = once(child, 'exit');
    try {
      const held = await Promise.race([once(child.stdout, 'data').then(() => true), end.then(() => false)]);
      if (!held) throw new Error(`${connections} connections could not be opened`);
      return await meanwhile();
    } finally {
      child.stdin.end();
      await end;
    }
  });
}

/** Cargo itself knows what is up to date. */
function generator() {
  return join(build('open-loop', []), 'open-loop');
}

/**
 * @template T
 * @param {string} url @param {import('./items.mjs').Item} item @param {(file: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withRequest(url, item, use) {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-bench-'));
  try {
    const file = join(folder, 'request');
    writeFileSync(file, requestBytes(item, url));
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
