import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as json from '../json.ts';
import type { GatewayConfig } from './types.ts';

const MODULES = ['.js', '.mjs', '.ts', '.mts'];
const EXTENSIONS = ['.ts', '.mts', '.mjs', '.js', '.json'];

/** How often each file has been read. */
const readings = new Map<string, number>();

/**
 * The config file of a folder: `lanewise.config.ts`, `.mts`, `.mjs`, `.js` or `.json`; undefined without one.
 *
 * @throws {Error} when there is more than one
 */
export function findConfigFile(folder: string): string | undefined {
  const found = EXTENSIONS.map((extension) => `lanewise.config${extension}`).filter((name) => existsSync(join(folder, name)));
  if (found.length > 1) throw new Error(`there are ${found.join(' and ')}: say by --config which one counts`);
  return found[0];
}

/**
 * Reads a config file: JSON, or a module with a default export. What it says is checked by `serve`. A file that is read again is read anew,
 * with all modules that it imports by relative paths; what was read before stays in memory.
 *
 * @throws {LanewiseError} where it is no JSON
 * @throws {Error} when it cannot be read or imported, or exports nothing
 */
export async function readConfigFile(file: string): Promise<GatewayConfig> {
  const extension = extname(file);
  const config = extension === '.json' ? json.get(await readFile(file), '') : await importDefault(file, extension);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new TypeError('a config is an object');
  return config;
}

async function importDefault(file: string, extension: string): Promise<unknown> {
  if (!MODULES.includes(extension)) throw new Error(`a config file ends in .json, ${MODULES.join(', ')}`);
  const module = (await importModule(file, extension)) as { default?: unknown };
  if (module.default === undefined) throw new Error('it has no default export');
  return module.default;
}

async function importModule(file: string, extension: string): Promise<unknown> {
  try {
    return await import(urlOf(resolve(file)));
  } catch (error) {
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    if (!isUnknown || !extension.endsWith('ts')) throw error;
    throw new Error(`Node ${process.versions.node} cannot import TypeScript: use Node 22.18 or newer, or a config in JavaScript or JSON`);
  }
}

/** What to import: from the second reading on a URL that was never imported, and neither were those of its own imports. */
function urlOf(path: string): string {
  const url = pathToFileURL(path);
  const reading = (readings.get(path) ?? 0) + 1;
  readings.set(path, reading);
  if (reading === 1) return url.href;
  markImports();
  forgetRequired();
  url.searchParams.set('lanewise-reading', String(reading));
  return url.href;
}

/** The mark of a module goes on to those that it imports, but for packages: they are not what somebody edits. */
function passMark<R extends { url: string }>(result: R, parentURL: string | undefined): R {
  const mark = parentURL === undefined ? null : /[?&]lanewise-reading=(\d+)/.exec(parentURL);
  if (mark === null || !result.url.startsWith('file:') || result.url.includes('/node_modules/')) return result;
  const url = new URL(result.url);
  url.searchParams.set('lanewise-reading', mark[1] as string);
  return { ...result, url: url.href };
}

let isMarking = false;

function markImports(): void {
  if (isMarking) return;
  isMarking = true;
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: object) => void };
  if (registerHooks !== undefined) {
    type Next = (specifier: string, context: object) => { url: string };
    registerHooks({
      resolve: (specifier: string, context: { parentURL?: string }, next: Next) => passMark(next(specifier, context), context.parentURL),
    });
    return;
  }
  // Node before 22.15 has hooks on a thread of their own, which take their code as text.
  const hook = `${passMark}
export const resolve = async (specifier, context, next) => passMark(await next(specifier, context), context.parentURL);`;
  nodeModule.register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

/** CommonJS is kept by file name, whatever URL it is asked for by. */
function forgetRequired(): void {
  const { cache } = nodeModule.createRequire(import.meta.url);
  for (const path of Object.keys(cache)) if (!path.includes(`${sep}node_modules${sep}`)) delete cache[path];
}
