import { start } from '../../backend/start.ts';
import { loadWasmAsync } from '../../backend/wasm.ts';

start(await loadWasmAsync(fetch(new URL('../lanewise.wasm', import.meta.url))), 'wasm', '');
