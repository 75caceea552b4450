import { readFileSync } from 'node:fs';
import type { Backend } from './backend.ts';
import { loadWasm, wantsRelaxed } from './wasm.ts';

/** Reads and instantiates the WebAssembly module for `isa`, '' for the best, that is installed beside this bundle. */
export function loadWasmFile(isa: string): Backend {
  return loadWasm(readFileSync(new URL(wantsRelaxed(isa) ? '../lanewise-relaxed.wasm' : '../lanewise.wasm', import.meta.url)));
}
