import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

/** Tests are run from the root of the repository. */
const PAGE = 'docs/testing.md';

describe(`the example of ${PAGE}`, () => {
  const [example = '', codec = ''] = [...readFileSync(PAGE, 'utf8').matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code as string);
  let folder: string;
  const run = (source: string): string => {
    writeFileSync(join(folder, 'point.js'), source);
    writeFileSync(join(folder, 'example.mjs'), example);
    try {
      return execFileSync(process.execPath, [join(folder, 'example.mjs')], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
  };

  before(() => {
    mkdirSync('build', { recursive: true });
    // Within the repository, where a file finds the packages that are installed, and lanewise by its own name.
    folder = mkdtempSync('build/docs-');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has ten lines at most, and passes', () => {
    assert.ok(example.trim().split('\n').length <= 10);
    assert.equal(run(codec), '');
  });

  it('fails as the page says for the slip that it names', () => {
    const [, message = ''] = /```text\n([\s\S]*?)\n```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
    const careless = codec.replace('new DataView(bytes.buffer, bytes.byteOffset, bytes.length)', 'new DataView(bytes.buffer)');
    assert.notEqual(careless, codec);
    const output = run(careless);
    assert.ok(message.length > 0 && output.includes(message), output);
    assert.match(output, /with \{"value":\{"x":.*seed/s);
  });
});
