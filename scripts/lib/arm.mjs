/** The ARM kernels, and what stands on them, on another processor: cross-built once, run by qemu as each of several machines. */
import { dirname, relative } from 'node:path';
import { aptInstall, rustFor } from './cross.mjs';
import { ROOT } from './paths.mjs';
import { find, run } from './process.mjs';
import { Failure, skipped } from './progress.mjs';
import { closingLines } from './rust-tests.mjs';
import { perform } from './step.mjs';

const TARGET = 'aarch64-unknown-linux-gnu';
/** Linker, C library, the C++ library that an emulated Node asks for, and the emulator. */
const PACKAGES = ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'libstdc++6-arm64-cross', 'qemu-user-static'];
const CRATES = ['lanewise-simd', 'lanewise-text', 'lanewise-json', 'lanewise-msgpack', 'lanewise-transcode'];
/** Emulated code is two orders of magnitude slower than on hardware; a hang must not wait for anybody's patience. */
const RUN_SECONDS_MAX = 600;
/** Random cases for each property under the emulator. */
const PROPERTY_CASES = 32;

const NEON = { title: 'NEON', cpu: 'max,sve=off', env: { LANEWISE_EXPECT_ISAS: 'neon scalar' } };
/** @param {number} bytes of one vector */
const sve = (bytes) => ({
  title: `SVE of ${bytes * 8} bits`,
  cpu: `max,sve-default-vector-length=${bytes}`,
  env: { LANEWISE_EXPECT_ISAS: 'neon sve2 sve scalar', LANEWISE_EXPECT_SVE_BYTES: String(bytes) },
});
const A64FX = {
  title: 'SVE without SVE2',
  cpu: 'a64fx',
  env: { LANEWISE_EXPECT_ISAS: 'neon sve scalar', LANEWISE_EXPECT_SVE_BYTES: '64' },
};

/**
 * A machine to emulate: the kernels prove by the expected names and width that they ran on it.
 * @typedef {{ title: string, cpu: string, env: Record<string, string> }} Machine
 * @typedef {{ executable: string, folder: string, crate: string }} TestBinary
 */

/** Runs the tests of the crates as an ARM machine would. */
export async function testArm() {
  const reason = await whyNot();
  if (reason) return skipped('ARM tests', `skipped, ${reason}`);
  await aptInstall(PACKAGES);
  const binaries = await crossBuild(await rustFor(TARGET));
  const kernels = binaries.filter(({ crate }) => crate === 'lanewise-simd');
  const others = binaries.filter(({ crate }) => crate !== 'lanewise-simd');
  for (const machine of [NEON, A64FX, ...[16, 32, 64, 256].map(sve)]) await emulate('kernels', machine, kernels);
  for (const [isa, machine] of /** @type {const} */ ([
    ['neon', NEON],
    ['sve', sve(32)],
  ])) {
    await emulate('codecs and text', { ...machine, env: { LANEWISE_ISA: isa } }, others);
  }
}

/** @returns {Promise<string | undefined>} why this machine cannot run them */
async function whyNot() {
  if (process.platform !== 'linux') return `they need qemu's user mode, which ${process.platform} does not have`;
  if (process.arch === 'arm64') return 'this is an ARM machine: cargo test has run them';
  if (process.arch !== 'x64' || !find('apt-get')) return 'the cross compiler and qemu come from the packages of Debian or Ubuntu on x86-64';
  return undefined;
}

/** @param {Record<string, string>} rustEnv @returns {Promise<TestBinary[]>} */
async function crossBuild(rustEnv) {
  /** @type {TestBinary[]} */
  let binaries = [];
  await perform({
    name: `ARM test binaries (${TARGET})`,
    run: async () => {
      const packages = CRATES.flatMap((crate) => ['--package', crate]);
      const args = ['test', '--no-run', '--target', TARGET, ...packages, '--tests', '--message-format=json-render-diagnostics'];
      const env = { ...rustEnv, CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: 'aarch64-linux-gnu-gcc' };
      const { stdout } = await run('cargo', args, { env, secondsMax: 1800 });
      binaries = testBinaries(stdout);
      const without = CRATES.filter((crate) => !binaries.some((binary) => binary.crate === crate));
      if (without.length > 0) throw new Failure(`cargo built no test binary of ${without.join(', ')}`, stdout);
    },
  });
  return binaries;
}

/** @param {string} messages of cargo, a JSON object a line @returns {TestBinary[]} */
function testBinaries(messages) {
  return messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((message) => message.reason === 'compiler-artifact' && message.profile.test && message.executable)
    .map((message) => ({ executable: message.executable, folder: dirname(message.manifest_path), crate: crateOf(message.manifest_path) }));
}

/** A crate is called as its folder. @param {string} manifest */
const crateOf = (manifest) => dirname(manifest).split(/[/\\]/).at(-1) ?? '';

/**
 * @param {string} what
 * @param {Machine} machine
 * @param {readonly TestBinary[]} binaries
 */
async function emulate(what, machine, binaries) {
  await perform({
    name: `${what} on ${machine.title}`,
    advice: 'repair what the tests above name',
    run: async () => {
      let closing = '';
      for (const { executable, folder } of binaries) {
        // The loader that `-L` names must meet the C library of its own folder: with that of an installed libc6:arm64, threads hang.
        const emulator = ['-L', '/usr/aarch64-linux-gnu', '-E', 'LD_LIBRARY_PATH=/usr/aarch64-linux-gnu/lib', '-cpu', machine.cpu];
        const env = {
          CARGO_MANIFEST_DIR: folder,
          PROPTEST_CASES: String(PROPERTY_CASES),
          LANEWISE_BLOB_CASES: String(PROPERTY_CASES),
          ...machine.env,
        };
        const { output } = await run('qemu-aarch64-static', [...emulator, executable], { cwd: folder, env, secondsMax: RUN_SECONDS_MAX });
        closing += `     Running ${relative(ROOT, executable)}\n${closingLines(output)}\n`;
      }
      return closing;
    },
  });
}
