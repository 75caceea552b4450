/** The servers that are compared: a list to which peers are added, and how one is run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pinned } from './machine.mjs';

/**
 * @typedef {object} Definition
 * @property {string} name
 * @property {(dist: string) => string[]} command program and arguments; it takes any free port and prints `listening on <url>`
 */

/** The first is what the others are compared with. @type {readonly Definition[]} */
export const SERVERS = ['v0.1', 'v0.2', 'v0.3'].map(iteration);

const PROBE = new URL('./gc-probe.mjs', import.meta.url).href;
/** Which core a server runs on; the generator has another. */
const SERVER_CORE = 0;
const START_MS_MAX = 20_000;
/** Time that the kernel counts for a process, in ticks of 10 ms on every Linux that Node runs on. */
const US_PER_TICK = 10_000;
/** Fields 14 and 15 of /proc/<pid>/stat, counted after the name, which may hold anything but the last ')'. */
const UTIME = 11;
const STIME = 12;

/** @param {string} name @returns {Definition} */
function iteration(name) {
  return {
    name,
    command: (dist) => [process.execPath, '--import', PROBE, join(dist, 'cli.js'), 'gateway', '--iteration', name, '--port', '0'],
  };
}

/** A server under measurement: a process of its own, pinned to its core. */
export class Server {
  #child;

  /** @param {string} name @param {import('node:child_process').ChildProcess} child @param {string} url */
  constructor(name, child, url) {
    this.name = name;
    this.url = url;
    this.#child = child;
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param {Definition} definition @param {string} dist folder of the build
   * @throws {Error} when it ends instead, or takes too long; with what it said
   */
  static async start({ name, command }, dist) {
    const [program, ...args] = pinned(SERVER_CORE, command(dist));
    const child = spawn(/** @type {string} */ (program), args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    try {
      return new Server(name, child, await urlOf(name, child));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** CPU time of all its threads since it started, in µs, user and system. */
  cpuUs() {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[UTIME]) + Number(fields[STIME])) * US_PER_TICK;
  }

  /** Begins to count garbage collections. */
  async watchGarbage() {
    await this.#ask('start');
  }

  /** @returns {Promise<import('./gc-probe.mjs').Garbage>} since `watchGarbage` */
  garbage() {
    return this.#ask('stop');
  }

  /** Ends it as a user would, by SIGTERM. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const end = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await end;
  }

  /** @param {string} message @returns {Promise<any>} */
  async #ask(message) {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    return (await answer)[0];
  }
}

/** @param {string} dist */
export function hasGateway(dist) {
  return existsSync(join(dist, 'cli.js'));
}

/** @param {string} name @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function urlOf(name, child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (/** @type {string} */ why) => reject(new Error(`the server ${name} ${why}${said === '' ? '' : `:\n${said.trimEnd()}`}`));
    const late = setTimeout(() => fail(`does not listen after ${START_MS_MAX} ms`), START_MS_MAX);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4000);
    });
    createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on('line', (line) => {
      const url = /listening on (https?:\/\/\S+)/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}
