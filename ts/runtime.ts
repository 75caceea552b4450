import { current } from './backend/current.ts';

/** The instruction sets that kernels are written for. */
export type Isa = 'scalar' | 'sse4.2' | 'avx2' | 'avx512' | 'neon' | 'sve' | 'sve2' | 'simd128' | 'relaxed-simd';

/** What this copy of lanewise runs on. */
export interface Runtime {
  readonly version: string;
  readonly backend: 'native' | 'wasm';
  /** What the kernels use on this CPU, decided once at load; LANEWISE_ISA and LANEWISE_BACKEND force one or fail at load. */
  readonly isa: Isa;
  /** What this backend could run here, best first; each of them can be forced by LANEWISE_ISA. */
  readonly available: readonly Isa[];
}

/** What was chosen when the module was loaded. */
export function runtime(): Runtime {
  return current;
}
