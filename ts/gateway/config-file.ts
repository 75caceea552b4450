import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as json from '../json.ts';
import type { GatewayConfig } from './types.ts';

const MODULES = ['.js', '.mjs', '.ts', '.mts'];

/**
 * Reads a config file: JSON, or a module with a default export. What it says is checked by `serve`.
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
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION';
    if (!isUnknown || !extension.endsWith('ts')) throw error;
    throw new Error(`Node ${process.versions.node} cannot import TypeScript: use Node 22.18 or newer, or a config in JavaScript or JSON`);
  }
}
