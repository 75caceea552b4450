/** Runs the benchmark under another Node, or under Bun, which come from npm and are kept outside the repository. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './options.mjs';

/**
 * @typedef {object} Package one that holds the executable alone; those named `node` and `bun` fetch one of these by an install script
 * @property {string} name
 * @property {string} version
 * @property {string} executable
 */

/** The newest of each line when this was written; a record names the exact version, so these move only on purpose. */
const NODE_VERSIONS = { 24: '24.21.0', 26: '26.10.0' };
/** The major version of the newest. */
export const NEWEST_NODE = '26';
const BUN_VERSION = '1.4.5';
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanewise');
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/**
 * Runs this very command under another Node.
 *
 * @param {string} major a key of `NODE_VERSIONS`
 * @param {string[]} args of the command, `--node` left out
 * @returns {Promise<number>} its exit code
 * @throws {UsageError} when there is no such version
 */
export async function runUnderNode(major, args) {
  return runWith(nodeExecutable(major), args);
}

/** The same, under Bun. @param {string[]} args @returns {Promise<number>} */
export async function runUnderBun(args) {
  return runWith(bunExecutable(), args);
}

/** Fetches it when it is not there yet. @param {string} major a key of `NODE_VERSIONS` @returns {string} file */
export function nodeExecutable(major) {
  const version = NODE_VERSIONS[/** @type {keyof typeof NODE_VERSIONS} */ (/** @type {unknown} */ (major))];
  if (version === undefined) throw new UsageError(`--node takes one of ${Object.keys(NODE_VERSIONS).join(', ')}`);
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return executableOf({ name: `node-${system}-${process.arch}`, version, executable: 'node' });
}

/** The same, of Bun. @returns {string} file */
export function bunExecutable() {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const processor = process.arch === 'arm64' ? 'aarch64' : process.arch;
  return executableOf({ name: `@oven/bun-${system}-${processor}`, version: BUN_VERSION, executable: 'bun' });
}

/** @param {string} executable @param {string[]} args */
async function runWith(executable, args) {
  const child = spawn(executable, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** @param {Package} wanted @returns {string} */
function executableOf(wanted) {
  const folder = join(FOLDER, wanted.executable, wanted.version);
  if (!existsSync(folder)) install(wanted, folder);
  return join(folder, 'node_modules', wanted.name, 'bin', `${wanted.executable}${SUFFIX}`);
}

/** An installation that was broken off leaves nothing under the final name. @param {Package} wanted @param {string} folder */
function install({ name, version, executable }, folder) {
  mkdirSync(join(FOLDER, executable), { recursive: true });
  const draft = mkdtempSync(join(FOLDER, executable, 'draft-'));
  process.stderr.write(`fetching ${executable} ${version} from npm into ${folder}\n`);
  const args = ['install', '--prefix', draft, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  try {
    execFileSync('npm', [...args, `${name}@${version}`], { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
