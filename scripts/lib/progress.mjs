/** What the user sees: one line for each step, and one line that says what to do when something failed. */
import { CommandFailed, endBySignal, Interrupted } from './process.mjs';

/** Something is not as it must be, and `message` says in one line what to do about it. */
export class Failure extends Error {
  /** @param {string} message @param {string} [output] what the failed program wrote */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

const live = process.stdout.isTTY;
let startedAt = 0;

/** @param {string} name */
export function started(name) {
  startedAt = performance.now();
  if (live) process.stdout.write(`  ${name} …`);
}

/** @param {string} name @param {string} [report] closing lines of a runner, shown as they are */
export function done(name, report) {
  line(`✓ ${name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (report) process.stdout.write(`${report.trimEnd()}\n`);
}

/** @param {string} name */
export function failed(name) {
  line(`✗ ${name}`);
}

/** @param {string} name @param {string} reason */
export function skipped(name, reason) {
  line(`· ${name}: ${reason}`);
}

/** Writes a line over the one that says what is under way. @param {string} text */
function line(text) {
  process.stdout.write(live ? `\r\x1b[K${text}\n` : `${text}\n`);
}

/**
 * Runs a command of ours. It ends with exit code 0, or with what failed, in full, one line that says what to do, and exit code 1.
 * @param {() => Promise<number | void>} work gives the exit code. Default: 0
 */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) return endBySignal(error.signal);
    if (error instanceof Failure || error instanceof CommandFailed) {
      if (error.output) process.stderr.write(`${error.output.trimEnd()}\n`);
      process.stderr.write(`lanewise: ${error.message}\n`);
    } else {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    }
    process.exitCode = 1;
  }
}
