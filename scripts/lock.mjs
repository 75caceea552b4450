/**
 * `npm run lock [FOLDER]`: writes the lock file of FOLDER (default: the root) for every platform.
 *
 * npm leaves out the optional packages of other platforms that its registry does not hold (a mirror may hold few), and then
 * `npm ci` refuses the file as incomplete. Such a package is entered by its name and version, without a digest: only the machine
 * that it is for fetches it.
 */
import './lib/node-version.mjs';
import { writeFileSync } from 'node:fs';
import { at, readJson } from './lib/paths.mjs';
import { main } from './lib/progress.mjs';
import { npm } from './lib/setup.mjs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

await main(async () => {
  const folder = process.argv[2] ?? '.';
  await npm(['install', '--package-lock-only'], at(folder));
  const lock = readJson(`${folder}/package-lock.json`);
  const { '': root, ...packages } = lock.packages;
  for (const owner of Object.values(packages)) {
    for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
      packages[`node_modules/${name}`] ??= entry(name, version, owner);
    }
  }
  const sorted = Object.keys(packages).sort((a, b) => a.localeCompare(b, 'en'));
  lock.packages = { '': root, ...Object.fromEntries(sorted.map((path) => [path, packages[path]])) };
  writeFileSync(at(folder, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
});

/**
 * @param {string} name ends with the platform: `tool-linux-x64-musl`
 * @param {string} version
 * @param {{ dev?: boolean, license?: string }} owner
 */
function entry(name, version, owner) {
  const parts = name.split(/[/-]/);
  const [os, cpu] = [SYSTEMS, PROCESSORS].map((known) => parts.filter((part) => known.includes(part)));
  if (cpu?.length !== 1) throw new Error(`${name} does not say what it is for`);
  const libc = os?.[0] !== 'linux' ? undefined : parts.includes('musl') ? ['musl'] : parts.includes('gnu') ? ['glibc'] : undefined;
  return {
    version,
    cpu,
    ...(owner.dev && { dev: true }),
    ...(libc && { libc }),
    license: owner.license,
    optional: true,
    ...(os?.length && { os }),
  };
}
