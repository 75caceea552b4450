import { readFileSync } from 'node:fs';
import { LanewiseError } from '../error.ts';
import type { Runtime } from '../runtime.ts';
import type { Backend } from './backend.ts';
import { loadNative } from './native.ts';
import { start } from './start.ts';
import { loadWasm } from './wasm.ts';

/** Reads and instantiates the WebAssembly module that is installed beside this bundle. */
function loadWasmFile(): Backend {
  return loadWasm(readFileSync(new URL('../lanewise.wasm', import.meta.url)));
}

const LOADERS: Readonly<Record<Runtime['backend'], () => Backend>> = { native: loadNative, wasm: loadWasmFile };

/**
 * Starts the backend that LANEWISE_BACKEND names, without it the native one where it loads, else WebAssembly.
 *
 * @throws {LanewiseError} LW_BACKEND when the name is unknown or the backend does not load; LW_ISA as `start`
 */
export function selectBackend(environment: Readonly<Record<string, string | undefined>>): void {
  const { LANEWISE_BACKEND: forced = '', LANEWISE_ISA: isa = '' } = environment;
  if (forced === 'native' || forced === 'wasm') return start(load(forced, forced), forced, isa);
  if (forced !== '') throw refused(`LANEWISE_BACKEND=${forced} is no known name; known: native, wasm`);
  const failures: unknown[] = [];
  for (const name of ['native', 'wasm'] as const) {
    let backend: Backend;
    try {
      backend = LOADERS[name]();
    } catch (failure) {
      failures.push(failure);
      continue;
    }
    return start(backend, name, isa);
  }
  throw refused(`neither backend loads here: native: ${reason(failures[0])}; wasm: ${reason(failures[1])}`);
}

function load(name: Runtime['backend'], forced: string): Backend {
  try {
    return LOADERS[name]();
  } catch (failure) {
    throw refused(`LANEWISE_BACKEND=${forced} does not load here: ${reason(failure)}`);
  }
}

function reason(failure: unknown): string {
  return failure instanceof Error ? (failure.message.split('\n')[0] ?? '') : String(failure);
}

function refused(detail: string): LanewiseError {
  return new LanewiseError('LW_BACKEND', -1, undefined, detail);
}
