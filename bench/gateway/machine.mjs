/** What the gateway's suite needs of the machine: Linux, two cores, a few programs. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { UsageError } from '../harness/options.mjs';

/** Which core a server runs on, and which one the generator has. */
export const SERVER_CORES = [0];
export const GENERATOR_CORES = [1];

/** Checks that all is there. @throws {UsageError} with one line that says what to do */
export function prepareMachine() {
  if (process.platform !== 'linux')
    throw new UsageError('the gateway suite runs on Linux: it reads CPU time from /proc and pins with taskset');
  if (process.versions.bun !== undefined) throw new UsageError('the gateway suite runs under Node; Bun is one of its peers');
  const missing = ['taskset', 'setpriv', 'prlimit'].find((program) => !starts(program));
  if (missing !== undefined) throw new UsageError(`${missing} is missing: apt-get install util-linux`);
  if (!starts('wrk')) throw new UsageError('wrk is missing: sudo apt-get install wrk');
  if (availableParallelism() < 2) process.stderr.write('one core only: server and generator share it, so the figures say little\n');
}

/** How many descriptors a process may have if it asks for them. */
export const DESCRIPTORS_MAX = hardLimit();

/**
 * A command that runs on some cores alone, where there are several, and that ends with this process, however that ends. It may have as many
 * descriptors as this machine allows: some runtimes ask for that themselves, others do not.
 *
 * @param {readonly number[]} cores @param {readonly string[]} command
 * @returns {string[]}
 */
export function pinned(cores, command) {
  const pin = availableParallelism() < 2 ? [] : ['taskset', '--cpu-list', cores.join(',')];
  return ['prlimit', `--nofile=${DESCRIPTORS_MAX}`, 'setpriv', '--pdeathsig', 'KILL', ...pin, ...command];
}

/** @returns {string} a number, or `unlimited`; there is none on another system, where nothing is run */
function hardLimit() {
  return process.platform === 'linux'
    ? (/^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1] ?? '')
    : '';
}

/** True if there is such a program; wrk ends with an error even when it is asked for its version. @param {string} program */
export function starts(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
