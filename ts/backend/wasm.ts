import * as glue from '../generated/wasm/lanewise_wasm.js';
import type { Isa } from '../runtime.ts';
import type { Backend } from './backend.ts';

/** A function that looks up 16 bytes by relaxed SIMD: a host that has no such instruction refuses it. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  // One type, no parameters and a vector; one function of this type.
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00],
  // Its code: i32.const 0, i8x16.splat, twice; i8x16.relaxed_swizzle; end.
  ...[0x0a, 0x0f, 0x01, 0x0d, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x80, 0x02, 0x0b],
);

/** What the modules together can run here, best first. */
export function wasmIsas(): readonly Isa[] {
  return WebAssembly.validate(RELAXED_PROBE) ? ['relaxed-simd', 'simd128', 'scalar'] : ['simd128', 'scalar'];
}

/** Whether it is the module with relaxed SIMD that serves `isa`, '' for the best. */
export function wantsRelaxed(isa: string): boolean {
  return isa === 'relaxed-simd' || isa === '' ? wasmIsas().includes('relaxed-simd') : false;
}

/** Instantiates a module from its bytes, or from what the host compiled already. */
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
