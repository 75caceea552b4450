/**
 * Runs other programs. Each child leads a process group of its own, so that a time limit or a Ctrl-C ends what it started too,
 * and so that one Ctrl-C is one signal to the child: the terminal does not reach it, we pass the signal on.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './paths.mjs';

/** A program that failed, or could not be started. `output` is all that it wrote. */
export class CommandFailed extends Error {
  /** @param {string} message @param {string} output */
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/** The work was ended by a signal from outside. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] where it runs. Default: the root of the repository
 * @property {Record<string, string>} [env] variables on top of ours
 * @property {number} [secondsMax] it is killed after this time. Default: an hour
 */

/** No step of ours takes an hour, so one that does hangs. */
const SECONDS_MAX = 3600;

/** A message is for people to read. */
const COMMAND_LENGTH_MAX = 300;

/** One Ctrl-C in a terminal reaches us twice: from the terminal, and from npm, which passes it on. */
const SAME_SIGNAL_MS = 300;

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals | undefined} */
let interruption;
let interruptedAt = 0;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => passOn(signal));

/** @param {NodeJS.Signals} signal */
function passOn(signal) {
  const now = Date.now();
  if (now - interruptedAt < SAME_SIGNAL_MS) return;
  interruptedAt = now;
  interruption = signal;
  if (children.size === 0) endBySignal(signal);
  for (const child of children) signalGroup(child, signal);
}

/** Ends this process as the signal itself would have: the caller (npm, a shell) then knows that nothing went wrong.
 * @param {NodeJS.Signals} signal */
export function endBySignal(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself in the meantime.
  }
}

/** @param {string} program @param {readonly string[]} args @param {RunOptions} options */
function start(program, args, options) {
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  children.add(child);
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} program
 * @returns {Promise<[number | null, NodeJS.Signals | null]>}
 */
async function end(child, program) {
  try {
    return /** @type {[number | null, NodeJS.Signals | null]} */ (await once(child, 'close'));
  } catch (error) {
    throw new CommandFailed(`${program} cannot be started: ${/** @type {Error} */ (error).message}`, '');
  } finally {
    children.delete(child);
  }
}

/** What to type to see a program fail again. @param {string} program @param {readonly string[]} args */
function commandLine(program, args) {
  const line = [program, ...args].join(' ');
  return line.length <= COMMAND_LENGTH_MAX ? line : `${line.slice(0, COMMAND_LENGTH_MAX)}…`;
}

/**
 * Runs a program to its end, with nobody to answer it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ stdout: string, output: string }>} what it wrote to standard output, and to both outputs in order
 * @throws {CommandFailed} when it cannot be started, fails, or takes too long
 * @throws {Interrupted} when we were asked to stop
 */
export async function run(program, args, options = {}) {
  const command = commandLine(program, args);
  const child = start(program, args, { ...options, env: { CI: 'true', ...options.env } });
  let stdout = '';
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  let late = false;
  const limit = setTimeout(
    () => {
      late = true;
      signalGroup(child, 'SIGKILL');
    },
    (options.secondsMax ?? SECONDS_MAX) * 1000,
  );
  try {
    const [code, signal] = await end(child, program);
    if (interruption) throw new Interrupted(interruption);
    if (late) throw new CommandFailed(`${command} did not end within ${options.secondsMax ?? SECONDS_MAX} s`, output);
    if (code !== 0) throw new CommandFailed(`${command} ended with ${signal ?? `exit code ${code}`}`, output);
    return { stdout, output };
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Runs a program whose output is for the user while it runs. A Ctrl-C is passed on, and the program decides what to do with it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {(line: string) => void} [onLine] sees each whole line of its standard output after the user did
 * @returns {Promise<number>} its exit code
 * @throws {CommandFailed} when it cannot be started
 */
export async function runLive(program, args, onLine) {
  const child = start(program, args, {});
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  child.stderr?.on('data', (bytes) => process.stderr.write(bytes));
  const [code, signal] = await end(child, program);
  if (signal && interruption) throw new Interrupted(interruption);
  if (signal) throw new CommandFailed(`${program} was ended by ${signal}`, '');
  return code ?? 1;
}

/**
 * Finds a program as the system would.
 * @param {string} name
 * @param {string} [path] folders to look in. Default: the PATH
 * @returns {string | undefined}
 */
export function find(name, path = process.env.PATH ?? '') {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  for (const folder of path.split(delimiter)) {
    for (const suffix of suffixes) {
      const candidate = join(folder, name + suffix);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}
