import { readFileSync } from 'node:fs';
import { start } from '../../backend/start.ts';
import { loadWasm } from '../../backend/wasm.ts';

start(loadWasm(readFileSync(new URL('../lanewise.wasm', import.meta.url))), 'wasm', process.env.LANEWISE_ISA ?? '');

export * from '../../index.ts';
