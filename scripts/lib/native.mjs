/** The Node-API addon. */
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { at, commandOf } from './paths.mjs';
import { run } from './process.mjs';
import { filesUnder, perform } from './step.mjs';

const GENERATED = 'ts/generated/native';

/** What every Rust build depends on besides the compiler. */
export const RUST_INPUTS = ['crates', 'Cargo.toml', 'Cargo.lock'];

/**
 * Builds the addon and its declarations into `ts/generated/native`.
 *
 * `Cargo.toml` strips it; `napi build --strip` would do so by RUSTFLAGS and so keep every other release build from sharing its work.
 * @param {string} rust `rustc -vV`
 */
export async function buildNative(rust) {
  await perform({
    name: 'native addon (release)',
    stamp: 'build/stamps/native',
    inputs: [...RUST_INPUTS, 'scripts/lib/native.mjs'],
    facts: [rust, process.platform, process.arch, process.env.RUSTFLAGS],
    outputs: [GENERATED],
    run: async () => {
      rmSync(at(GENERATED), { recursive: true, force: true });
      await run(process.execPath, [
        commandOf('@napi-rs/cli', 'napi'),
        'build',
        ...['--manifest-path', 'crates/lanewise-node/Cargo.toml', '--package-json-path', 'package.json'],
        ...['--output-dir', GENERATED, '--platform', '--release', '--no-js', '--dts', 'index.d.ts'],
      ]);
    },
  });
}

/** The addon's file name, with the platform in it; empty when it is not built. */
export const nativeFiles = () =>
  filesUnder(GENERATED)
    .filter((file) => file.endsWith('.node'))
    .map((file) => basename(file));

/**
 * Puts the addon where the bundles load it. A process that runs keeps the file that it has loaded: it is replaced, not overwritten.
 * @param {string} folder from the root
 */
export function copyNative(folder) {
  mkdirSync(at(folder), { recursive: true });
  for (const name of nativeFiles()) {
    const temporary = at(folder, `.${name}.${process.pid}`);
    copyFileSync(at(GENERATED, name), temporary);
    renameSync(temporary, at(folder, name));
  }
}
