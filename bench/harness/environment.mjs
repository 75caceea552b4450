/** What is measured, and on what: every record names it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './options.mjs';

/**
 * @typedef {typeof import('../../ts/index.ts')} Facade
 *
 * @typedef {object} Environment
 * @property {string} runtime what runs JavaScript, with its version
 * @property {string} cpu
 * @property {string} isa
 * @property {string} backend
 * @property {string} commit with a '+' when files differ from it
 * @property {string} date ISO 8601, UTC
 */

/**
 * Loads the facade of a build.
 *
 * @param {string} dist folder of the build
 * @returns {Promise<Facade>}
 * @throws {UsageError} when nothing was built
 */
export async function loadFacade(dist) {
  const entry = join(dist, 'node', 'index.js');
  if (!existsSync(entry)) throw new UsageError(`there is no build in ${dist}: npm run build makes one`);
  return import(pathToFileURL(entry).href);
}

/** @param {{ isa: string, backend: string }} runtime @returns {Environment} */
export function describe({ isa, backend }) {
  return {
    runtime: process.versions.bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions.bun}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    isa,
    backend,
    commit: commit(),
    date: new Date().toISOString(),
  };
}

/** @param {Environment} environment @returns {string} one line for the head of a table */
export function headline({ runtime, cpu, isa, backend, commit, date }) {
  return `${runtime} · ${cpu} · ${backend}, ${isa} · commit ${commit} · ${date.slice(0, 16)}Z`;
}

function commit() {
  try {
    const name = git('rev-parse', '--short=10', 'HEAD');
    return git('status', '--porcelain') === '' ? name : `${name}+`;
  } catch {
    return 'unknown';
  }
}

/** @param {string[]} args */
function git(...args) {
  return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
