import { start } from '../../backend/start.ts';
import { wasmIsas } from '../../backend/wasm.ts';
import { loadWasmFile } from '../../backend/wasm-file.ts';

const isa = process.env.LANEWISE_ISA ?? '';
start(loadWasmFile(isa), 'wasm', isa, wasmIsas());

export * from '../../index.ts';
