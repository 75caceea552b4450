/** Sources that are generated from other sources, and committed: readers and editors need no build to see them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { RUST_INPUTS } from './native.mjs';
import { at } from './paths.mjs';
import { run } from './process.mjs';
import { Failure } from './progress.mjs';
import { perform } from './step.mjs';

/** @type {readonly { file: string, crate: string, example: string }[]} an example of a crate prints the file */
const GENERATED = [
  { file: 'ts/generated/error-codes.ts', crate: 'lanewise-error', example: 'error_codes' },
  { file: 'ts/generated/failures.ts', crate: 'lanewise-http', example: 'failures' },
];

/** Writes them all. */
export async function generate() {
  for (const source of GENERATED) {
    await perform({ name: source.file, run: async () => writeFileSync(at(source.file), await printed(source)) });
  }
}

/** Compares them all with what would be written. @throws {Failure} when one is out of date */
export async function compareGenerated() {
  await perform({
    name: 'generated sources',
    stamp: 'build/stamps/generated',
    inputs: [...RUST_INPUTS, ...GENERATED.map(({ file }) => file)],
    run: async () => {
      for (const source of GENERATED) {
        if (readFileSync(at(source.file), 'utf8') === (await printed(source))) continue;
        throw new Failure(`${source.file} is not what its source gives: run "npm run generate" and commit it`);
      }
    },
  });
}

/** @param {{ crate: string, example: string }} source */
async function printed({ crate, example }) {
  return (await run('cargo', ['run', '--quiet', '--package', crate, '--example', example])).stdout;
}
