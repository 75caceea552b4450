/** `npm run generate`: writes the sources that are generated from the Rust crates. */
import './lib/node-version.mjs';
import { generate } from './lib/generate.mjs';
import { main } from './lib/progress.mjs';
import { checkToolchain } from './lib/toolchain.mjs';

await main(async () => {
  await checkToolchain();
  await generate();
});
