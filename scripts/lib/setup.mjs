/** Gets a fresh clone to where it can build, and builds what it can run: the steps that every command shares. */
import { find, run } from './process.mjs';
import { perform } from './step.mjs';
import { checkToolchain } from './toolchain.mjs';

/**
 * Checks the machine and installs the npm packages.
 * @returns {Promise<string>} `rustc -vV`
 */
export async function prepare() {
  const rust = await checkToolchain();
  await perform({
    name: 'npm packages',
    stamp: 'build/stamps/npm',
    inputs: ['package-lock.json'],
    facts: [process.version, process.platform, process.arch],
    outputs: ['node_modules/.package-lock.json'],
    run: () => npm(['ci']),
  });
  return rust;
}

/**
 * Runs npm without the scripts of packages: none of ours needs one, and a script is a stranger's program.
 * @param {string[]} args
 * @param {string} [cwd]
 */
export async function npm(args, cwd) {
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.c?js$/.test(script);
  const [program, first] = isNpm ? [process.execPath, [script]] : [find('npm') ?? 'npm', []];
  await run(program, [...first, ...args, ...flags], { ...(cwd !== undefined && { cwd }), env: { CI: 'true' } });
}
