/**
 * Rust for other machines than this one: where the standard library of a target comes from.
 *
 * rustup adds targets where it can. Where it cannot (no network to it, or no rustup at all), Debian's packages of Rust do:
 * they have the library for arm64, and its source, from which the one for wasm32 gets built once.
 * LANEWISE_RUST=rustup or debian forbids the choice.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TOOLS } from './paths.mjs';
import { CommandFailed, find, run } from './process.mjs';
import { Failure, skipped } from './progress.mjs';
import { perform } from './step.mjs';

/** @typedef {'wasm32-unknown-unknown' | 'aarch64-unknown-linux-gnu'} Target */

const DEBIAN_ARCHITECTURE = 'arm64';
const SYSROOT = join(TOOLS, 'rust-sysroot');
const WRAPPERS = join(TOOLS, 'rust-bin');

/**
 * Makes sure that Rust can compile for `target`.
 * @param {Target} target
 * @returns {Promise<Record<string, string>>} the environment in which it can
 * @throws {Failure} when neither way works
 */
export async function rustFor(target) {
  const mode = process.env.LANEWISE_RUST || 'auto';
  if (!['auto', 'rustup', 'debian'].includes(mode)) throw new Failure(`LANEWISE_RUST=${mode} is unknown: use auto, rustup or debian`);
  /** @type {string} */
  let reason = 'LANEWISE_RUST=debian';
  if (mode !== 'debian') {
    const refusal = await rustupRefusal(target);
    if (refusal === undefined) return {};
    reason = refusal;
    if (mode === 'rustup') throw new Failure(`rustup cannot add ${target}: ${reason}`);
  }
  if (!find('apt-get')) throw new Failure(`Rust's library for ${target} is missing (${reason}): run "rustup target add ${target}"`);
  skipped(`Rust for ${target}`, `by Debian's packages (${reason})`);
  return debianRust(target);
}

/**
 * Has rustup add `target`.
 * @param {Target} target
 * @returns {Promise<string | undefined>} why it could not
 */
async function rustupRefusal(target) {
  if (await targetIsThere(target)) return undefined;
  if (!find('rustup')) return 'there is no rustup';
  try {
    await run('rustup', ['target', 'add', target], { secondsMax: 300 });
    return undefined;
  } catch (error) {
    if (error instanceof CommandFailed) return error.output.trim().split('\n').at(-1) || error.message;
    throw error;
  }
}

/** The compiler on the PATH knows where the library would be. @param {Target} target */
async function targetIsThere(target) {
  const { stdout } = await run('rustc', ['--print', 'target-libdir', '--target', target]);
  const folder = stdout.trim();
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libstd-'));
}

/** @param {Target} target @returns {Promise<Record<string, string>>} */
async function debianRust(target) {
  await aptInstall(['rustc-web', 'cargo-web']);
  const version = (await run('/usr/bin/rustc', ['-vV'])).stdout;
  if (target === 'aarch64-unknown-linux-gnu') {
    await aptForeign(`libstd-rust-web-dev:${DEBIAN_ARCHITECTURE}`, ['libstd-rust-web-dev:amd64']);
    return { RUSTC: '/usr/bin/rustc', PATH: pathWith('/usr/bin') };
  }
  const llvm = /^LLVM version: (\d+)/m.exec(version)?.[1];
  await aptInstall(['rust-web-src', `lld-${llvm}`]);
  await buildWasmLibrary(version);
  return {
    RUSTC: join(WRAPPERS, 'rustc'),
    PATH: pathWith(WRAPPERS),
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: `wasm-ld-${llvm}`,
  };
}

/** @param {string} folder */
const pathWith = (folder) => [folder, process.env.PATH].join(delimiter);

/**
 * Builds the standard library for wasm32 and lays it in a sysroot that has links to Debian's for all else; a `rustc` that uses it
 * comes with it.
 * @param {string} version `rustc -vV`
 */
async function buildWasmLibrary(version) {
  const stamp = join(SYSROOT, 'built-for');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  await perform({
    name: "Rust's library for wasm32",
    run: async () => {
      rmSync(SYSROOT, { recursive: true, force: true });
      const built = await compileStandardLibrary();
      const library = join(SYSROOT, 'lib/rustlib/wasm32-unknown-unknown/lib');
      mkdirSync(library, { recursive: true });
      for (const name of readdirSync('/usr/lib/rustlib')) symlinkSync(join('/usr/lib/rustlib', name), join(SYSROOT, 'lib/rustlib', name));
      for (const name of readdirSync(built).filter((file) => /^lib.*\.r(lib|meta)$/.test(file) && !file.startsWith('libempty'))) {
        copyFileSync(join(built, name), join(library, name));
      }
      rmSync(join(TOOLS, 'std-build'), { recursive: true });
      writeWrappers();
      writeFileSync(stamp, version);
    },
  });
}

/** @returns {Promise<string>} the folder of the libraries */
async function compileStandardLibrary() {
  const project = join(TOOLS, 'std-build');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'Cargo.toml'), '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n');
  writeFileSync(join(project, 'src/lib.rs'), '');
  await run('/usr/bin/cargo', ['build', '--release', '--target', 'wasm32-unknown-unknown', '-Zbuild-std=std,panic_abort,test'], {
    cwd: project,
    // Without the bitcode, `lto = "fat"` cannot use these libraries.
    env: { RUSTC: '/usr/bin/rustc', RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-C embed-bitcode=yes', CARGO_TARGET_DIR: join(project, 'target') },
  });
  return join(project, 'target/wasm32-unknown-unknown/release/deps');
}

/** cargo and wasm-pack call `rustc` by its name: ours comes first on the PATH and names the sysroot. */
function writeWrappers() {
  mkdirSync(WRAPPERS, { recursive: true });
  for (const program of ['rustc', 'rustdoc']) {
    const wrapper = join(WRAPPERS, program);
    writeFileSync(wrapper, `#!/bin/sh\nexec /usr/bin/${program} --sysroot '${SYSROOT}' "$@"\n`);
    chmodSync(wrapper, 0o755);
  }
  const cargo = join(WRAPPERS, 'cargo');
  rmSync(cargo, { force: true });
  symlinkSync('/usr/bin/cargo', cargo);
}

/**
 * Installs those of Debian's packages that are missing.
 * @param {readonly string[]} packages
 * @throws {Failure} with the command to run by hand
 */
export async function aptInstall(packages) {
  /** @type {string[]} */
  const missing = [];
  for (const name of packages) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  await perform({
    name: `Debian packages: ${missing.join(' ')}`,
    advice: `run "sudo apt-get update && sudo apt-get install ${missing.join(' ')}"`,
    run: async () => {
      await asRoot(['apt-get', 'update', '-q']);
      await asRoot(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...missing]);
    },
  });
}

/**
 * Installs a package of the other architecture together with its twins of ours, which must be of one version.
 * @param {string} name
 * @param {readonly string[]} twins
 */
async function aptForeign(name, twins) {
  const { stdout } = await run('dpkg', ['--print-foreign-architectures']);
  if (!stdout.split('\n').includes(DEBIAN_ARCHITECTURE)) await asRoot(['dpkg', '--add-architecture', DEBIAN_ARCHITECTURE]);
  await aptInstall([...twins, name]);
}

/** @param {string} name */
async function isInstalled(name) {
  try {
    return /^Status: .* installed$/m.test((await run('dpkg-query', ['--status', name])).stdout);
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
}

/** Never asks for a password: there may be nobody to give it. @param {readonly string[]} command */
async function asRoot(command) {
  const isRoot = process.getuid?.() === 0;
  const [program = '', ...args] = isRoot ? command : ['sudo', '-n', ...command];
  await run(program, args, { env: { DEBIAN_FRONTEND: 'noninteractive' }, secondsMax: 1200 });
}
