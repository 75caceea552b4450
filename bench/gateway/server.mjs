/** A server under measurement: a process of its own, pinned to its core. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned, SERVER_CORES } from './machine.mjs';

/**
 * @typedef {object} Definition
 * @property {string} name
 * @property {readonly import('./items.mjs').Work[]} works what it can be asked for
 * @property {() => Promise<Command> | Command} command builds it where that is needed
 * @property {boolean} [mayFail] whether it asks for something that this machine may not have; then it is left out
 *
 * @typedef {object} Command
 * @property {readonly string[]} run program and arguments; the program takes any free port and prints `listening on <url>`
 * @property {string} [url] where it listens, for a program that does not say it
 * @property {Readonly<Record<string, string>>} [env]
 * @property {boolean} [probed] whether it has loaded `gc-probe.mjs`
 * @property {boolean} [readsBodies] @default true; false: it sends them back unread
 */

/** Why a server cannot be measured here: it is left out, and its cells stay empty. */
export class Unmeasured extends Error {}

const START_MS_MAX = 20_000;
const POLL_MS = 50;
/** Time that the kernel counts for a process, in ticks of 10 ms on every Linux that Node runs on. */
const US_PER_TICK = 10_000;
/** Fields 14 and 15 of /proc/<pid>/stat, counted after the name, which may hold anything but the last ')'. */
const UTIME = 11;
const STIME = 12;

export class Server {
  #child;
  #probed;

  /** @param {Definition} definition @param {Command} command @param {import('node:child_process').ChildProcess} child @param {string} url */
  constructor({ name, works }, { probed = false, readsBodies = true }, child, url) {
    this.name = name;
    this.works = works;
    this.url = url;
    this.readsBodies = readsBodies;
    this.#child = child;
    this.#probed = probed;
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param {Definition} definition @param {readonly number[]} [cores]
   * @throws {Unmeasured} when it cannot be had here
   * @throws {Error} when it ends instead, or takes too long; with what it said
   */
  static async start(definition, cores = SERVER_CORES) {
    const command = await definition.command();
    const [program, ...args] = pinned(cores, command.run);
    const child = spawn(/** @type {string} */ (program), args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(command.probed ? [/** @type {const} */ ('ipc')] : [])],
      env: { ...process.env, NODE_ENV: 'production', ...command.env },
    });
    try {
      return new Server(definition, command, child, await urlOf(definition.name, child, command.url));
    } catch (error) {
      child.kill('SIGKILL');
      throw definition.mayFail ? new Unmeasured(/** @type {Error} */ (error).message.replaceAll('\n', ' ')) : error;
    }
  }

  get pid() {
    return /** @type {number} */ (this.#child.pid);
  }

  /** CPU time of all its threads since it started, in µs, user and system. */
  cpuUs() {
    return cpuUsOf(`/proc/${this.pid}/stat`);
  }

  /** The same of each thread that it has now, by the thread's id. @returns {Map<string, number>} */
  threadCpuUs() {
    const tasks = `/proc/${this.pid}/task`;
    return new Map(readdirSync(tasks).map((id) => [id, cpuUsOf(`${tasks}/${id}/stat`)]));
  }

  /** Its memory that is resident, in bytes. */
  residentBytes() {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'latin1'))?.[1];
    return Number(kilobytes) * 1024;
  }

  /** Begins to count garbage collections, where it can. */
  async watchGarbage() {
    if (this.#probed) await this.#ask('start');
  }

  /** @returns {Promise<import('./gc-probe.mjs').Garbage | undefined>} since `watchGarbage`; nothing of a server that V8 does not run */
  async garbage() {
    return this.#probed ? this.#ask('stop') : undefined;
  }

  /** Ends it as a user would, by SIGTERM; what does not end then is killed. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const end = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), START_MS_MAX);
    await end;
    clearTimeout(killer);
  }

  /** @param {string} message @returns {Promise<any>} */
  async #ask(message) {
    const answer = once(this.#child, 'message');
    this.#child.send(message);
    return (await answer)[0];
  }
}

/** @param {string} file in the format of /proc/<pid>/stat */
function cpuUsOf(file) {
  const stat = readFileSync(file, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * US_PER_TICK;
}

/** @param {string} name @param {import('node:child_process').ChildProcess} child @param {string | undefined} known @returns {Promise<string>} */
function urlOf(name, child, known) {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (/** @type {string} */ why) => reject(new Error(`the server ${name} ${why}${said === '' ? '' : `:\n${said.trimEnd()}`}`));
    const late = setTimeout(() => fail(`does not listen after ${START_MS_MAX} ms`), START_MS_MAX);
    const found = (/** @type {string} */ url) => {
      clearTimeout(late);
      resolve(url);
    };
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4000);
    });
    createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on('line', (line) => {
      const url = /listening on (https?:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) found(url);
    });
    if (known !== undefined) whenOpen(known, child).then(found);
  });
}

/** @param {string} url @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} the url, once something listens there */
async function whenOpen(url, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const socket = connect(Number(new URL(url).port), new URL(url).hostname);
    const open = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
    socket.destroy();
    if (open) return url;
    await sleep(POLL_MS);
  }
  return url;
}
