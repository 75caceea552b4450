import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Gateway, type GatewayConfig, ITERATIONS, readConfigFile } from 'lanewise/gateway';
import { ask, post, start } from './helpers.ts';

/** Tests are run from the root of the repository. */
const PAGE = 'docs/gateway.md';
const page = readFileSync(PAGE, 'utf8');

describe(`the examples of ${PAGE}`, () => {
  const [config = '', program = ''] = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code as string);
  let folder: string;
  let gateway: Gateway;

  before(async () => {
    mkdirSync('build', { recursive: true });
    // Within the repository, where a file finds lanewise by its own name.
    folder = mkdtempSync('build/docs-gateway-');
    writeFileSync(join(folder, 'lanewise.config.mjs'), config);
    const { listen: _, ...rest } = (await readConfigFile(join(folder, 'lanewise.config.mjs'))) as GatewayConfig;
    gateway = await start('v0.3', rest);
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const body = async (...request: Parameters<typeof post>) => (await ask(gateway.url, post(...request))).body.toString();

  it('has a config whose routes answer as they say', async () => {
    const json = 'application/json';
    assert.equal(await body('/echo', json, '[1, 2]'), '[1,2]');
    assert.equal(await body('/summary', json, '{"id":7,"items":[{"name":"a"},{"name":"b"}]}'), '{"id":7,"first":"a"}');
    assert.equal((await ask(gateway.url, { path: '/robots.txt' })).body.toString(), 'User-agent: *\nDisallow: /\n');
    assert.equal(await body('/redact', 'text/plain', 'my Secret'), 'my ***');
    assert.equal((await ask(gateway.url, { path: '/users/9' })).body.toString(), '{"id":"9"}');
    const order = await ask(gateway.url, post('/orders', json, '{"id":1,"items":[{"price":2}]}'));
    assert.deepEqual([order.status, order.body.toString()], [201, '{"id":1,"total":2}']);
    assert.equal((await ask(gateway.url, { path: '/files/a/b' })).body.toString(), 'no a/b');
  });

  it('has a program that prints what the page says', () => {
    const file = join(folder, 'program.mjs');
    writeFileSync(file, program);
    const [, printed = ''] = /```text\n([\s\S]*?)```/.exec(page) ?? [];
    assert.equal(execFileSync(process.execPath, [resolve(file)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }), printed);
  });

  it('names every limit with its default', async () => {
    const rows = [...page.matchAll(/^\| `(\w+)` +\| ([\d,]+)( [KM]iB)? +\|/gm)].map(([, name = '', number = '', unit = '']) => {
      const scale = unit === ' KiB' ? 1 << 10 : unit === ' MiB' ? 1 << 20 : 1;
      return [name, Number(number.replaceAll(',', '')) * scale];
    });
    const other = await start('v0.3');
    try {
      assert.deepEqual(Object.fromEntries(rows), { ...other.limits });
    } finally {
      await other.close();
    }
  });

  it('names every metric, and no other', async () => {
    const { body: text } = await ask(gateway.url, { path: '/metrics' });
    const families = [...text.toString().matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    const named = [...page.matchAll(/^\| `(lanewise_\w+)`/gm)].map(([, name]) => name);
    assert.deepEqual(named.sort(), families.sort());
  });
});

describe('docs/iterations.md', () => {
  it('has a section for each iteration, and the marks of the table', () => {
    const text = readFileSync('docs/iterations.md', 'utf8');
    for (const iteration of ITERATIONS) assert.match(text, new RegExp(`^## ${iteration.replace('.', '\\.')}: `, 'm'));
    assert.match(text, /<!-- table -->[\s\S]*<!-- \/table -->/);
  });
});
