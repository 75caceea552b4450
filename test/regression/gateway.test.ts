import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Iteration, serve } from 'lanewise/gateway';

const CLI = 'dist/cli.js';
const ITERATIONS: Iteration[] = ['v0.1', 'v0.2', 'v0.3'];

describe('a gateway whose output nobody reads any more', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lanewise-gateway-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('goes on, logs into the void, and drains', async () => {
    const config = join(folder, 'config.mjs');
    const handlers = `{ path: '/bad', handler: () => 42 }, { path: '/slow', handler: () => new Promise((done) => setTimeout(() => done({ body: 'late' }), 900)) }`;
    writeFileSync(config, `export default { listen: { port: 0 }, routes: [${handlers}] };`);
    const child = spawn(process.execPath, [CLI, 'gateway', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(String(line))?.[0];
    child.stdout.destroy();
    child.stderr.destroy();
    for (let i = 0; i < 3; i++) assert.equal((await fetch(`${url}/bad`)).status, 500);
    const late = fetch(`${url}/slow`);
    await new Promise((done) => setTimeout(done, 100));
    child.kill('SIGINT');
    assert.equal(await (await late).text(), 'late');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});

describe('the command', () => {
  it('refuses a listen that is no object', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lanewise-listen-'));
    for (const listen of ['5', 'null', '[]', '"abc"']) {
      const file = join(folder, 'config.json');
      writeFileSync(file, `{"listen":${listen}}`);
      const { status, stderr } = spawnSync(process.execPath, [CLI, 'gateway', '--config', file], { encoding: 'utf8', timeout: 10_000 });
      assert.equal(status, 2, `${listen}: ${stderr}`);
      assert.match(stderr, /listen/);
    }
    rmSync(folder, { recursive: true });
  });

  it('says in one line that its output cannot be written', { skip: process.platform !== 'linux' && 'there is no /dev/full' }, () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'info'], {
      encoding: 'utf8',
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    assert.equal(status, 2);
    assert.equal(stderr.trim().split('\n').length, 1);
  });

  it('refuses a directory as standard input', { skip: process.platform === 'win32' && 'a directory cannot be opened' }, () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'json', 'validate'], {
      encoding: 'utf8',
      stdio: [openSync(tmpdir(), 'r'), 'pipe', 'pipe'],
    });
    assert.equal(status, 2, stderr);
  });
});

describe('every iteration', () => {
  for (const iteration of ITERATIONS) {
    it(`${iteration} agrees on wildcards, metrics and the fault of a body`, async () => {
      const gateway = await serve({
        listen: { port: 0 },
        iteration,
        routes: [
          { path: '/echo', echo: true },
          { path: '/files/*', handler: ({ params }) => ({ body: { rest: params['*'] } }) },
        ],
      });
      try {
        assert.deepEqual(await (await fetch(`${gateway.url}/files/`)).json(), { rest: '' });
        assert.equal((await fetch(`${gateway.url}/metrics`)).headers.get('content-type'), 'text/plain; version=0.0.4');
        const reply = await fetch(`${gateway.url}/echo`, {
          method: 'POST',
          headers: { 'content-type': 'application/msgpack', accept: 'application/json' },
          body: Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0x01),
        });
        assert.equal(reply.status, 400);
        const { error } = (await reply.json()) as { error: { code: string; offset: number } };
        assert.deepEqual([error.code, error.offset], ['LW_MSGPACK_NOT_JSON', 5]);
      } finally {
        await gateway.close();
      }
    });
  }
});
