/** Runs the benchmark under another Node, which comes from npm and is kept outside the repository. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './options.mjs';

/** The newest of each line when this was written; a record names the exact version, so these move only on purpose. */
const VERSIONS = { 24: '24.21.0', 26: '26.10.0' };
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanewise', 'node');
const EXECUTABLE = process.platform === 'win32' ? ['bin', 'node.exe'] : ['bin', 'node'];

/**
 * Runs this very command under another Node.
 *
 * @param {string} major a key of `VERSIONS`
 * @param {string[]} args of the command, `--node` left out
 * @returns {Promise<number>} its exit code
 * @throws {UsageError} when there is no such version
 */
export async function runUnder(major, args) {
  const child = spawn(executableOf(major), args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** @param {string} major @returns {string} */
function executableOf(major) {
  const version = VERSIONS[/** @type {keyof typeof VERSIONS} */ (/** @type {unknown} */ (major))];
  if (version === undefined) throw new UsageError(`--node takes one of ${Object.keys(VERSIONS).join(', ')}`);
  const folder = join(FOLDER, version);
  if (!existsSync(folder)) install(version, folder);
  return join(folder, 'node_modules', packageName(), ...EXECUTABLE);
}

/** npm's own `node` package fetches one of these by an install script; each holds the executable alone. */
function packageName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
}

/** An installation that was broken off leaves nothing under the final name. @param {string} version @param {string} folder */
function install(version, folder) {
  mkdirSync(FOLDER, { recursive: true });
  const draft = mkdtempSync(join(FOLDER, 'draft-'));
  process.stderr.write(`fetching Node ${version} from npm into ${folder}\n`);
  const args = ['install', '--prefix', draft, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  try {
    execFileSync('npm', [...args, `${packageName()}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
