/** The tests of the Rust crates. */
import { run } from './process.mjs';
import { perform } from './step.mjs';

/** It links against a JavaScript host, so nothing of it runs in a test binary; the node tests run it. */
const WASM = 'lanewise-wasm';

/** Unit, integration and documentation tests of every crate but the WebAssembly binding. */
export async function testRust() {
  await perform({
    name: 'cargo test',
    run: async () => {
      const { output } = await run('cargo', ['test', '--workspace', '--exclude', WASM], { secondsMax: 1800 });
      return closingLines(output);
    },
  });
}

/** Which binary ran, and how it ended, as cargo and the test harness write it. @param {string} output */
export function closingLines(output) {
  return output
    .split('\n')
    .filter((line) => /^(test result:|\s+Running |\s+Doc-tests )/.test(line))
    .join('\n');
}
