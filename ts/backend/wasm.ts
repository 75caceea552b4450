import * as glue from '../generated/wasm/lanewise_wasm.js';
import type { Backend } from './backend.ts';

/** Instantiates the module from its bytes, or from what the host compiled already. */
export function loadWasm(module: BufferSource | WebAssembly.Module): Backend {
  glue.initSync({ module });
  const wasm: Backend = glue;
  return wasm;
}

/** The same without blocking: browsers refuse a large synchronous compilation on their main thread. */
export async function loadWasmAsync(source: Response | Promise<Response>): Promise<Backend> {
  await glue.default({ module_or_path: source });
  const wasm: Backend = glue;
  return wasm;
}
