import { start } from '../../backend/start.ts';
import { loadWasmAsync, wantsRelaxed, wasmIsas } from '../../backend/wasm.ts';

// Both names stand here as they are: bundlers look for them.
const url = wantsRelaxed('') ? new URL('../lanewise-relaxed.wasm', import.meta.url) : new URL('../lanewise.wasm', import.meta.url);
start(await loadWasmAsync(fetch(url)), 'wasm', '', wasmIsas());
