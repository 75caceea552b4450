/** The tests of the Rust crates. */
import { run } from './process.mjs';
import { perform } from './step.mjs';

/** Those that link against a JavaScript host, so that nothing of theirs runs in a test binary; the node tests run them. */
const BINDINGS = ['lanewise-wasm'];

/** The load generator of the benchmarks, whose workspace is its own: what it measures rests on it. */
const GENERATOR = ['--manifest-path', 'bench/peers/rust/Cargo.toml', '--package', 'open-loop', '--locked'];

/** Unit, integration and documentation tests of every crate but the bindings, and of the load generator. */
export async function testRust() {
  await perform({
    name: 'cargo test',
    run: async () => {
      const excluded = BINDINGS.flatMap((name) => ['--exclude', name]);
      const { output } = await run('cargo', ['test', '--workspace', ...excluded], { secondsMax: 1800 });
      return closingLines(output);
    },
  });
  await perform({
    name: 'cargo test of the load generator',
    run: async () => closingLines((await run('cargo', ['test', ...GENERATOR], { secondsMax: 600 })).output),
  });
}

/** Which binary ran, and how it ended, as cargo and the test harness write it. @param {string} output */
export function closingLines(output) {
  return output
    .split('\n')
    .filter((line) => /^(test result:|\s+Running |\s+Doc-tests )/.test(line))
    .join('\n');
}
