/** What the gateway's suite needs of the machine: Linux, two cores, a few programs. */
import { spawnSync } from 'node:child_process';
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
  if (!starts('taskset') || !starts('setpriv')) throw new UsageError('taskset or setpriv is missing: apt-get install util-linux');
  if (!starts('wrk')) throw new UsageError('wrk is missing: sudo apt-get install wrk');
  if (availableParallelism() < 2) process.stderr.write('one core only: server and generator share it, so the figures say little\n');
}

/**
 * A command that runs on some cores alone, where there are several, and that ends with this process, however that ends.
 *
 * @param {readonly number[]} cores @param {readonly string[]} command
 * @returns {string[]}
 */
export function pinned(cores, command) {
  const pin = availableParallelism() < 2 ? [] : ['taskset', '--cpu-list', cores.join(',')];
  return ['setpriv', '--pdeathsig', 'KILL', ...pin, ...command];
}

/** True if there is such a program; wrk ends with an error even when it is asked for its version. @param {string} program */
export function starts(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
