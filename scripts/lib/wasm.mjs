/** The WebAssembly modules: one for every host, and one for those that have relaxed SIMD. */
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { rustFor } from './cross.mjs';
import { RUST_INPUTS } from './native.mjs';
import { at } from './paths.mjs';
import { run } from './process.mjs';
import { Failure } from './progress.mjs';
import { closingLines } from './rust-tests.mjs';
import { isUpToDate, perform } from './step.mjs';
import { wasmTools } from './tools.mjs';

const GENERATED = 'ts/generated/wasm';
/** The relaxed module is built in a folder of its own, so that neither build undoes the other's cache. */
const RELAXED = 'target/relaxed-simd';
/** Every engine that our `engines` and browsers name has SIMD; relaxed SIMD came to V8 with Node 22. */
const RUSTFLAGS = '-C target-feature=+simd128';
const RELAXED_RUSTFLAGS = `${RUSTFLAGS},+relaxed-simd`;

/** Where the modules are. */
export const WASM_MODULES = {
  'lanewise.wasm': `${GENERATED}/lanewise_wasm_bg.wasm`,
  'lanewise-relaxed.wasm': `${GENERATED}/lanewise_wasm_relaxed_bg.wasm`,
};

/**
 * @param {string} rust `rustc -vV`
 * @returns {Omit<import('./step.mjs').Step, 'run'>}
 */
const description = (rust) => ({
  name: 'WebAssembly modules (release)',
  stamp: 'build/stamps/wasm',
  inputs: [...RUST_INPUTS, 'scripts/lib/wasm.mjs', 'scripts/lib/tools.mjs'],
  facts: [rust],
  outputs: [GENERATED],
});

/** Says whether the modules that are there belong to the sources that are there. @param {string} rust `rustc -vV` */
export const hasWasm = (rust) => isUpToDate(description(rust));

/**
 * Builds the modules, their glue and its declarations into `ts/generated/wasm`, with tools that are installed when they have to be built.
 * @param {string} rust `rustc -vV`
 */
export async function buildWasm(rust) {
  const env = hasWasm(rust) ? {} : await environment();
  await perform({
    ...description(rust),
    run: async () => {
      rmSync(at(GENERATED), { recursive: true, force: true });
      const relaxed = { ...env, RUSTFLAGS: RELAXED_RUSTFLAGS, CARGO_TARGET_DIR: at(RELAXED) };
      // Side by side: linking takes most of the time, and one processor.
      await Promise.all([pack(GENERATED, env), pack(`${RELAXED}/pack`, relaxed)]);
      if (glueOf(GENERATED) !== glueOf(`${RELAXED}/pack`)) throw new Failure('the glue of the two WebAssembly modules differs');
      copyFileSync(at(`${RELAXED}/pack/lanewise_wasm_bg.wasm`), at(WASM_MODULES['lanewise-relaxed.wasm']));
    },
  });
}

/** @param {string} folder @param {Record<string, string>} env */
async function pack(folder, env) {
  const flags = ['--release', '--mode', 'no-install', '--target', 'web', '--no-pack', '--out-dir', at(folder)];
  await run('wasm-pack', ['build', at('crates/lanewise-wasm'), ...flags], { env });
}

/** @param {string} folder */
const glueOf = (folder) => readFileSync(at(`${folder}/lanewise_wasm.js`), 'utf8');

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
