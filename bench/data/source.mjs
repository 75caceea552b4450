/**
 * Source code: the JavaScript of the TypeScript compiler, 9 MB in one file.
 * Origin: the npm package typescript. Licence: Apache-2.0.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @returns {Buffer} */
export function sourceCode() {
  return readFileSync(require.resolve('typescript/lib/typescript.js'));
}
