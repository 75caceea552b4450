/** The WebAssembly module. */
import { rmSync } from 'node:fs';
import { rustFor } from './cross.mjs';
import { RUST_INPUTS } from './native.mjs';
import { at } from './paths.mjs';
import { run } from './process.mjs';
import { closingLines } from './rust-tests.mjs';
import { isUpToDate, perform } from './step.mjs';
import { wasmTools } from './tools.mjs';

const GENERATED = 'ts/generated/wasm';
/** Every engine that our `engines` and browsers name has it. */
const RUSTFLAGS = '-C target-feature=+simd128';

/**
 * @param {string} rust `rustc -vV`
 * @returns {Omit<import('./step.mjs').Step, 'run'>}
 */
const description = (rust) => ({
  name: 'WebAssembly module (release)',
  stamp: 'build/stamps/wasm',
  inputs: [...RUST_INPUTS, 'scripts/lib/wasm.mjs', 'scripts/lib/tools.mjs'],
  facts: [rust],
  outputs: [GENERATED],
});

/** Says whether the module that is there belongs to the sources that are there. @param {string} rust `rustc -vV` */
export const hasWasm = (rust) => isUpToDate(description(rust));

/**
 * Builds the module, its glue and its declarations into `ts/generated/wasm`, with tools that are installed when it has to be built.
 * @param {string} rust `rustc -vV`
 */
export async function buildWasm(rust) {
  const env = hasWasm(rust) ? {} : await environment();
  await perform({
    ...description(rust),
    run: async () => {
      rmSync(at(GENERATED), { recursive: true, force: true });
      const flags = ['--release', '--mode', 'no-install', '--target', 'web', '--no-pack', '--out-dir', at(GENERATED)];
      await run('wasm-pack', ['build', at('crates/lanewise-wasm'), ...flags], { env });
    },
  });
}

/** Runs the kernels' own tests as WebAssembly, by the host that comes with wasm-bindgen. */
export async function testWasmKernels() {
  await perform({
    name: 'kernels in WebAssembly',
    run: async () => {
      const env = { ...(await environment()), CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: 'wasm-bindgen-test-runner' };
      const { output } = await run('cargo', ['test', '-p', 'lanewise-simd', '--target', 'wasm32-unknown-unknown', '--tests'], {
        env,
        secondsMax: 900,
      });
      return closingLines(output);
    },
  });
}

async function environment() {
  const rustEnv = await rustFor('wasm32-unknown-unknown');
  return { ...rustEnv, PATH: await wasmTools(rustEnv), RUSTFLAGS };
}
