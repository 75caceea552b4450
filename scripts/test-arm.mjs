/** `npm run test:arm`: the Rust tests on emulated ARM machines. */
import './lib/node-version.mjs';
import { testArm } from './lib/arm.mjs';
import { main } from './lib/progress.mjs';
import { checkToolchain } from './lib/toolchain.mjs';

await main(async () => {
  await checkToolchain();
  await testArm();
});
