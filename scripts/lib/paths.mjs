/** Where things are. Paths of the repository are given from its root and with '/', on every system. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** @param {string[]} parts a path from the root @returns {string} */
export const at = (...parts) => join(ROOT, ...parts);

/** Where tools go that are no npm packages of ours: outside the repository, so that all clones share them. */
export const TOOLS = resolve(
  process.env.LANEWISE_TOOLS ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanewise', 'tools'),
);

/** @param {string} path from the root @returns {any} */
export const readJson = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/**
 * The script behind a command of an installed npm package, to be run by this very Node: no shell, no shims, no npx.
 * @param {string} packageName
 * @param {string} command
 */
export function commandOf(packageName, command) {
  const { bin } = readJson(`node_modules/${packageName}/package.json`);
  return at('node_modules', packageName, typeof bin === 'string' ? bin : bin[command]);
}
