/** What must be on the machine before anything can be built, and how to get what is missing. */
import { readFileSync } from 'node:fs';
import { at } from './paths.mjs';
import { CommandFailed, find, run } from './process.mjs';
import { Failure } from './progress.mjs';

const GET_RUST = "install Rust with rustup (https://rustup.rs), or with Debian's packages: sudo apt-get install rustc-web cargo-web";
const GET_LINKER = 'install a C compiler (Debian: sudo apt-get install gcc libc6-dev; macOS: xcode-select --install)';

/** The oldest compiler that the workspace accepts. */
const RUST_MIN = /^rust-version = "(.+)"/m.exec(readFileSync(at('Cargo.toml'), 'utf8'))?.[1] ?? '0';

/**
 * Checks that npm, Rust and a linker are here.
 * @returns {Promise<string>} `rustc -vV`: names the compiler exactly
 * @throws {Failure} with what to install
 */
export async function checkToolchain() {
  if (!process.env.npm_execpath && !find('npm')) throw new Failure('npm is not on the PATH: install it with Node (https://nodejs.org)');
  if (!find('cargo') || !find('rustc')) throw new Failure(`there is no Rust toolchain: ${GET_RUST}`);
  if (process.platform !== 'win32' && !find('cc')) throw new Failure(`Rust needs a C linker, and there is no cc: ${GET_LINKER}`);
  const version = await rustVersion();
  const release = /^release: (.+)$/m.exec(version)?.[1] ?? '0';
  if (isOlder(release, RUST_MIN)) {
    throw new Failure(`Rust ${RUST_MIN} or newer is needed, this is ${release}: run "rustup update", or ${GET_RUST}`);
  }
  return version;
}

async function rustVersion() {
  try {
    return (await run('rustc', ['-vV'])).stdout;
  } catch (error) {
    // rustup's rustc is there even when no toolchain is.
    if (error instanceof CommandFailed)
      throw new Failure('rustc does not run: choose a toolchain with "rustup default stable"', error.output);
    throw error;
  }
}

/**
 * Compares dotted versions by their numbers; what follows a '-' does not count.
 * @param {string} version
 * @param {string} minimum
 */
export function isOlder(version, minimum) {
  const [a, b] = [version, minimum].map((text) => (text.split('-')[0] ?? '').split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
