import { LanewiseError } from '../error.ts';
import type { Runtime } from '../runtime.ts';
import type { Backend } from './backend.ts';
import { loadNative } from './native.ts';
import { start } from './start.ts';
import { wasmIsas } from './wasm.ts';
import { loadWasmFile } from './wasm-file.ts';

type Name = Runtime['backend'];

const LOADERS: Readonly<Record<Name, (isa: string) => Backend>> = { native: loadNative, wasm: loadWasmFile };
const BEST_FIRST: readonly Name[] = ['native', 'wasm'];

/**
 * Starts the backend that LANEWISE_BACKEND names, without it the native one where it loads, else WebAssembly.
 *
 * @throws {LanewiseError} LW_BACKEND when the name is unknown or the backend does not load; LW_ISA as `start`
 */
export function selectBackend(environment: Readonly<Record<string, string | undefined>>): void {
  const { LANEWISE_BACKEND: forced = '', LANEWISE_ISA: isa = '' } = environment;
  if (forced !== '' && !Object.hasOwn(LOADERS, forced)) {
    throw refused(`LANEWISE_BACKEND=${forced} is no known name; known: ${Object.keys(LOADERS).join(', ')}`);
  }
  const wanted = forced === '' ? BEST_FIRST : [forced as Name];
  const failures: string[] = [];
  for (const name of wanted) {
    const backend = load(name, isa, failures);
    if (backend !== undefined) {
      start(backend, name, isa, name === 'wasm' ? wasmIsas() : undefined);
      return;
    }
  }
  throw refused(failures.join('; '));
}

function load(name: Name, isa: string, failures: string[]): Backend | undefined {
  try {
    return LOADERS[name](isa);
  } catch (failure) {
    failures.push(`${name} does not load here: ${reason(failure)}`);
    return undefined;
  }
}

function reason(failure: unknown): string {
  return failure instanceof Error ? (failure.message.split('\n')[0] ?? '') : String(failure);
}

function refused(detail: string): LanewiseError {
  return new LanewiseError('LW_BACKEND', -1, undefined, detail);
}
