/** What the gateway's suite needs of the machine: Linux, two cores, `taskset` and `wrk`. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { UsageError } from '../harness/options.mjs';

/** Checks that all is there. @throws {UsageError} with one line that says what to do */
export function prepareMachine() {
  if (process.platform !== 'linux')
    throw new UsageError('the gateway suite runs on Linux: it reads CPU time from /proc and pins with taskset');
  if (!starts('taskset')) throw new UsageError('taskset is missing: apt-get install util-linux');
  if (!starts('wrk')) throw new UsageError('wrk is missing: sudo apt-get install wrk');
  if (availableParallelism() < 2) process.stderr.write('one core only: server and generator share it, so the figures say little\n');
}

/**
 * A command that runs on one core alone, where there are several.
 *
 * @param {number} core @param {readonly string[]} command
 * @returns {string[]}
 */
export function pinned(core, command) {
  return availableParallelism() < 2 ? [...command] : ['taskset', '--cpu-list', String(core), ...command];
}

/** True if there is such a program; wrk ends with an error even when it is asked for its version. @param {string} program */
function starts(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}
