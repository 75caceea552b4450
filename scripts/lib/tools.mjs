/**
 * The tools of the WebAssembly build. They live in a cache outside the repository, a folder for each version, so that all clones
 * share them and two versions never meet.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { at, TOOLS } from './paths.mjs';
import { CommandFailed, run } from './process.mjs';
import { npm } from './setup.mjs';
import { perform } from './step.mjs';

const WASM_PACK = '0.15.1';
const BINARYEN = '132.0.0';

/** They run for seconds, but optimizing them takes minutes. */
const BUILD_FAST = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
};

/**
 * Installs wasm-pack and what it looks for on the PATH: wasm-bindgen and wasm-opt.
 * @param {Record<string, string>} rustEnv the environment of the Rust toolchain to build them with
 * @returns {Promise<string>} the PATH that has them
 */
export async function wasmTools(rustEnv) {
  mkdirSync(TOOLS, { recursive: true });
  const folders = [
    await cargoTool('wasm-bindgen', 'wasm-bindgen-cli', lockedVersion('wasm-bindgen'), rustEnv),
    await cargoTool('wasm-pack', 'wasm-pack', WASM_PACK, rustEnv),
    await binaryen(),
  ];
  return [...folders, rustEnv.PATH ?? process.env.PATH].join(delimiter);
}

/**
 * The command and the crate of wasm-bindgen must be of one version, so the lock file is asked.
 * @param {string} crate
 */
function lockedVersion(crate) {
  const lock = readFileSync(at('Cargo.lock'), 'utf8');
  const version = new RegExp(`^name = "${crate}"\\nversion = "(.+)"`, 'm').exec(lock)?.[1];
  if (version === undefined) throw new Error(`Cargo.lock does not name ${crate}`);
  return version;
}

/**
 * @param {string} command
 * @param {string} crate
 * @param {string} version
 * @param {Record<string, string>} rustEnv
 * @returns {Promise<string>} the folder of the command
 */
async function cargoTool(command, crate, version, rustEnv) {
  const home = join(TOOLS, `${crate}-${version}`);
  if (existsSync(join(home, 'bin', process.platform === 'win32' ? `${command}.exe` : command))) return join(home, 'bin');
  await perform({
    name: `${crate} ${version}`,
    run: async () => {
      const target = join(TOOLS, `build-${crate}-${process.pid}`);
      const env = { ...rustEnv, ...BUILD_FAST, CARGO_TARGET_DIR: target };
      const args = ['install', '--quiet', '--root', home, crate, '--version', version];
      try {
        await run('cargo', [...args, '--locked'], { cwd: TOOLS, env });
      } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        // A mirror of the registry may not have yet, or no more, what the tool's lock file names: resolve anew.
        await run('cargo', args, { cwd: TOOLS, env });
      } finally {
        rmSync(target, { recursive: true, force: true });
      }
    },
  });
  return join(home, 'bin');
}

/** wasm-opt, compiled to WebAssembly itself: runs wherever Node does. */
async function binaryen() {
  const home = join(TOOLS, `binaryen-${BINARYEN}`);
  if (!existsSync(home)) {
    await perform({
      name: `binaryen ${BINARYEN}`,
      run: async () => {
        const half = join(TOOLS, `binaryen-${process.pid}`);
        mkdirSync(half, { recursive: true });
        await npm(['install', '--prefix', half, `binaryen@${BINARYEN}`], half);
        renameSync(half, home);
      },
    });
  }
  return join(home, 'node_modules', '.bin');
}
