/** What a machine can say about the sources without running them. */
import { aptInstall } from './cross.mjs';
import { compareGenerated } from './generate.mjs';
import { commandOf } from './paths.mjs';
import { CommandFailed, find, run } from './process.mjs';
import { Failure } from './progress.mjs';
import { perform } from './step.mjs';

const COMPONENTS = [
  { command: 'fmt', component: 'rustfmt', debian: 'rustfmt-web' },
  { command: 'clippy', component: 'clippy', debian: 'rust-web-clippy' },
];

/** Format, lints, and generated sources that are up to date: needs no build of ours. */
export async function checkSources() {
  await components();
  await check('format (rustfmt)', 'run "cargo fmt"', 'cargo', ['fmt', '--all', '--check']);
  await check('format and lints (biome)', 'run "npx biome check --write"', process.execPath, [
    commandOf('@biomejs/biome', 'biome'),
    'check',
    '--error-on-warnings',
  ]);
  await compareGenerated();
  await check('lints (clippy)', 'repair what clippy names above', 'cargo', [
    'clippy',
    '--workspace',
    '--all-targets',
    '--quiet',
    '--',
    '-D',
    'warnings',
  ]);
}

/** The types of facade, tests and scripts: needs the declarations of the addon and of the WebAssembly module. */
export async function checkTypes() {
  for (const project of ['.', 'scripts']) {
    await check(`types (tsc -p ${project})`, 'repair what tsc names above', process.execPath, [
      commandOf('typescript', 'tsc'),
      '--noEmit',
      '-p',
      project,
    ]);
  }
}

/** Minimal Rust installations come without them. */
async function components() {
  for (const { command, component, debian } of COMPONENTS) {
    if (await runs(['cargo', command, '--version'])) continue;
    if (find('rustup'))
      await check(`rustup component ${component}`, 'reinstall Rust with its default profile', 'rustup', ['component', 'add', component]);
    else if (find('apt-get')) await aptInstall([debian]);
    else throw new Failure(`cargo ${command} is missing: install it with your Rust`);
  }
}

/** @param {readonly [string, ...string[]]} command */
async function runs([program, ...args]) {
  try {
    await run(program, args);
    return true;
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
}

/**
 * @param {string} name
 * @param {string} advice
 * @param {string} program
 * @param {readonly string[]} args
 */
const check = (name, advice, program, args) => perform({ name, advice, run: async () => void (await run(program, args)) });
