/**
 * lanewise-json against the JSON libraries of C++ and Rust, lanewise-transcode against serde_transcode, lanewise-text against the searchers of C and Rust,
 * all in Rust: `peers/rust` has the contenders, this builds and runs them.
 *
 * The peers are compiled for this very CPU (`target-cpu=native`), ours as it ships: it chooses its kernels when it runs.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DOCUMENTS, document } from '../data/documents.mjs';
import { SEARCHED } from '../data/search-sets.mjs';
import { describe, headline } from './environment.mjs';
import { toMeasurements } from './records.mjs';
import { tableOf } from './report-each.mjs';

/**
 * @typedef {object} Run
 * @property {string} isa of our kernels
 * @property {string | undefined} [simdjson] its version and kernel
 * @property {string | null | undefined} [hyperscan] its version; null where the system has none
 * @property {({ case: string } & import('./suite.mjs').Cell)[]} cells
 */

const MANIFEST = fileURLToPath(new URL('../peers/rust/Cargo.toml', import.meta.url));
const TARGET = fileURLToPath(new URL('../../target/bench', import.meta.url));
const LIBRARY = { win32: 'lanewise_bench_ours.dll', darwin: 'liblanewise_bench_ours.dylib' };
/** The program of each suite, a package of `peers/rust`, and what writes its files to a folder. */
const SUITES = {
  'json-rust': { name: 'json-peers', writeFiles: writeDocuments },
  'msgpack-rust': { name: 'msgpack-peers', writeFiles: writeDocuments },
  'text-rust': { name: 'text-peers', writeFiles: writeTexts },
};
const FULL = ['--rounds', '9', '--round-ms', '60'];
const QUICK = ['--rounds', '3', '--round-ms', '10'];

/**
 * Builds, runs, and prints the table.
 *
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<{ measurements: import('./records.mjs').Measurement[], environment: import('./environment.mjs').Environment }>}
 */
export async function reportRust(options) {
  const { name, writeFiles } = SUITES[/** @type {keyof typeof SUITES} */ (options.suite)];
  const program = join(build(name, ['-C', 'target-cpu=native']), process.platform === 'win32' ? `${name}.exe` : name);
  const ours = join(build('lanewise-bench-ours', []), LIBRARY[/** @type {'win32'} */ (process.platform)] ?? 'liblanewise_bench_ours.so');
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-bench-'));
  try {
    const args = ['--ours', ours, ...(options.quick ? QUICK : FULL), '--only', options.only];
    const { isa, simdjson, hyperscan, cells } = await run([program, ...args, ...writeFiles(folder)]);
    const environment = describe({ isa, backend: 'rust' });
    const measurements = cells.flatMap((cell) => toMeasurements(options.suite, cell.case, cell));
    const peers = Object.entries({ simdjson, Hyperscan: hyperscan }).map(([peer, version]) => (version ? ` · ${peer} ${version}` : ''));
    process.stdout.write(`${options.suite}${options.quick ? ', quick' : ''} · ${headline(environment)}${peers.join('')}\n\n`);
    if (hyperscan === null) process.stdout.write('Hyperscan is left out: pkg-config knows no libhs (Debian: libhyperscan-dev)\n\n');
    process.stdout.write(`${tableOf(measurements)}\n`);
    return { measurements, environment };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Cargo itself knows what is up to date.
 *
 * @param {string} name of the package @param {string[]} flags of rustc @param {string} [platform] default: this one
 * @returns {string} folder of the build
 */
export function build(name, flags, platform) {
  const target = join(TARGET, name);
  const what = ['--package', name, '--target-dir', target, ...(platform === undefined ? [] : ['--target', platform])];
  execFileSync('cargo', ['build', '--release', '--locked', '--quiet', '--manifest-path', MANIFEST, ...what], {
    env: { ...process.env, RUSTFLAGS: flags.join(' ') },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  return join(target, ...(platform === undefined ? [] : [platform]), 'release');
}

/** @param {string} folder @returns {string[]} files */
function writeDocuments(folder) {
  return /** @type {(keyof typeof DOCUMENTS)[]} */ (Object.keys(DOCUMENTS)).map((name) => {
    const file = join(folder, `${DOCUMENTS[name]}.json`);
    writeFileSync(file, document(name));
    return file;
  });
}

/** Each text, and beside it its sets of patterns. @param {string} folder @returns {string[]} files */
function writeTexts(folder) {
  return Object.entries(SEARCHED).map(([name, { extension, load, sets }]) => {
    const file = join(folder, `${name}.${extension}`);
    writeFileSync(file, load());
    writeFileSync(join(folder, `${name}.sets.json`), JSON.stringify(sets()));
    return file;
  });
}

/** @param {string[]} command @returns {Promise<Run>} */
async function run(command) {
  const [head, ...cells] = await runLines(command, (found) => {
    if (found.case !== undefined) process.stderr.write(`  ${found.case}\n`);
  });
  return { ...head, cells };
}

/**
 * Runs a program that writes lines of JSON.
 *
 * @param {string[]} command @param {(found: any) => void} onLine
 * @returns {Promise<any[]>} what the lines say
 */
export async function runLines(command, onLine) {
  const [program, ...args] = pinned(command);
  const child = spawn(/** @type {string} */ (program), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const found = JSON.parse(line);
    lines.push(found);
    onLine(found);
  }
  const [code, signal] = await closed;
  if (code !== 0) throw new Error(`${command[0]} ended with ${signal ?? `exit code ${code}`}`);
  return lines;
}

/** On the last core, where the system can do that. @param {string[]} command @returns {string[]} */
function pinned(command) {
  const pin = ['taskset', '--cpu-list', `${availableParallelism() - 1}`];
  try {
    execFileSync('taskset', [...pin.slice(1), 'true'], { stdio: 'ignore' });
  } catch {
    return command;
  }
  return [...pin, ...command];
}
