import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Gateway, type GatewayResponse, type Route, serve } from 'lanewise/gateway';
import { ask, ITERATIONS, start, Wire } from './helpers.ts';

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const respond = (body: string): Route[] => [{ path: '/', respond: { body } }];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A gateway with a handler that answers when told, and a request that waits for it. */
async function withRequestUnderWay(iteration: (typeof ITERATIONS)[number]) {
  let settle = (_: GatewayResponse) => {};
  const gateway = await start(iteration, {
    routes: [{ path: '/slow', handler: () => new Promise<GatewayResponse>((resolve) => (settle = resolve)) }],
  });
  const wire = await Wire.open(gateway.url);
  wire.send(GET('/slow'));
  while (gateway.stats().requests === 0) await pause(5);
  return { gateway, wire, settle: (body: string) => settle({ body }) };
}

async function refuses(gateway: Gateway): Promise<void> {
  await assert.rejects(Wire.open(gateway.url), { code: 'ECONNREFUSED' });
}

for (const iteration of ITERATIONS) {
  describe(`close in ${iteration}`, () => {
    it('lets a request under way finish, and tells the client that the connection ends', async () => {
      const { gateway, wire, settle } = await withRequestUnderWay(iteration);
      const closed = gateway.close();
      await pause(20);
      await refuses(gateway);
      settle('done');
      assert.match(await wire.untilClosed(), /connection: close.*\r\n\r\ndone$/is);
      await closed;
    });

    it('lets a body under way finish', async () => {
      const gateway = await start(iteration);
      const wire = await Wire.open(gateway.url);
      wire.send('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[1');
      while (gateway.stats().requests === 0) await pause(5);
      const closed = gateway.close();
      await pause(20);
      wire.send('2]');
      assert.match(await wire.untilClosed(), /\[12\]$/);
      await closed;
    });

    it('ends idle connections at once, those without a request too', async () => {
      const gateway = await start(iteration);
      const [used, fresh] = [await Wire.open(gateway.url), await Wire.open(gateway.url)];
      used.send(GET('/echo'));
      await used.until(/hello/);
      const startedAt = performance.now();
      await gateway.close();
      await Promise.all([used.untilClosed(), fresh.untilClosed()]);
      assert.ok(performance.now() - startedAt < 1000);
      assert.equal(gateway.stats().connections.open, 0);
    });

    it('waits for a client that is still taking its answer', async () => {
      const body = 'x'.repeat(20_000_000);
      const gateway = await start(iteration, { routes: respond(body) });
      const wire = await Wire.open(gateway.url);
      wire.socket.pause();
      wire.send(GET('/'));
      while ((gateway.stats().responses['200'] ?? 0) === 0 && gateway.stats().requests === 0) await pause(5);
      await pause(20);
      const closed = gateway.close();
      await pause(50);
      wire.socket.resume();
      const received = await wire.untilClosed();
      assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, body.length);
      await closed;
    });

    it('cuts what is left when the grace is over', async () => {
      const { gateway, wire } = await withRequestUnderWay(iteration);
      await gateway.close({ graceMs: 50 });
      assert.equal(await wire.untilClosed(), '');
    });

    it('may be called again', async () => {
      const gateway = await start(iteration);
      await Promise.all([gateway.close(), gateway.close()]);
      await gateway.close();
      await refuses(gateway);
    });
  });

  describe(`reload in ${iteration}`, () => {
    it('serves the new routes on the connections that are open', async () => {
      const gateway = await start(iteration, { routes: respond('old') });
      const wire = await Wire.open(gateway.url);
      wire.send(GET('/'));
      await wire.until(/old$/);
      await gateway.reload({ routes: respond('new') });
      wire.send(GET('/'));
      await wire.until(/new$/);
      await gateway.close();
    });

    it('lets a request end as it began', async () => {
      const { gateway, wire, settle } = await withRequestUnderWay(iteration);
      await gateway.reload({ routes: respond('new') });
      settle('done');
      await wire.until(/done$/);
      assert.equal((await ask(gateway.url, { path: '/slow' })).status, 404);
      await gateway.close();
    });

    it('applies new limits', async () => {
      const gateway = await start(iteration);
      await gateway.reload({ limits: { bodyBytes: 1 } });
      const reply = await ask(gateway.url, { method: 'POST', path: '/echo', headers: { 'content-type': 'application/json' }, body: '[]' });
      assert.equal(reply.status, 413);
      await gateway.close();
    });

    it('lets a body come that began under a larger limit', async () => {
      for (const [framing, rest] of [
        ['Content-Length: 4', '[11]'],
        ['Transfer-Encoding: chunked', '2\r\n[1\r\n2\r\n1]\r\n0\r\n\r\n'],
      ]) {
        const gateway = await start(iteration);
        const wire = await Wire.open(gateway.url);
        wire.send(`POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n${framing}\r\n\r\n`);
        await wire.until(/100 Continue/);
        await gateway.reload({ limits: { bodyBytes: 1 } });
        wire.send(rest as string);
        assert.match(await wire.until(/\]$|error/), /200 OK.*\[11\]$/s);
        wire.close();
        await gateway.close();
      }
    });

    it('changes nothing when the config is wrong, or needs a new process', async () => {
      const gateway = await start(iteration, { routes: respond('old') });
      const other = ITERATIONS.find((name) => name !== iteration) as typeof iteration;
      const wrong = [
        [{ routes: [{ path: 'x', echo: true }] }, /routes\.0\.path/],
        [{ listen: { port: 1 } }, /listen\.port: cannot change/],
        [{ listen: { host: '::1' } }, /listen\.host: cannot change/],
        [{ iteration: other }, /iteration: cannot change/],
        [{ limits: { headBytes: 1 } }, /limits\.headBytes: cannot change/],
      ] as const;
      for (const [config, message] of wrong) await assert.rejects(gateway.reload(config), { name: 'TypeError', message });
      assert.equal((await ask(gateway.url, {})).body.toString(), 'old');
      await gateway.close();
    });
  });

  it(`${iteration} says which port is in use`, async () => {
    const gateway = await start(iteration);
    const port = Number(new URL(gateway.url).port);
    await assert.rejects(serve({ iteration, listen: { port } }), { code: 'EADDRINUSE', message: `port ${port} on 127.0.0.1 is in use` });
    await gateway.close();
  });
}

describe('serve', () => {
  it('takes the newest iteration by default, and port 8080 of this machine alone', async (t) => {
    const gateway = await serve({ listen: { port: 0 } });
    assert.equal(gateway.iteration, ITERATIONS.at(-1));
    assert.equal(new URL(gateway.url).hostname, '127.0.0.1');
    await gateway.close();
    t.diagnostic('8080 itself is not taken: it may be in use here');
  });

  it('listens on IPv6 where it is told to', async (t) => {
    let gateway: Gateway;
    try {
      gateway = await serve({ listen: { host: '::1', port: 0 } });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL' && (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT')
        throw error;
      t.skip('this machine has no IPv6');
      return;
    }
    assert.match(gateway.url, /^http:\/\/\[::1\]:\d+$/);
    assert.equal((await ask(gateway.url.replace('[::1]', 'localhost'), { path: '/healthz' }).catch(() => ({ status: 200 }))).status, 200);
    await gateway.close();
  });

  it('asks for Express by name when v0.1 is without it', async () => {
    const home = mkdtempSync(join(tmpdir(), 'lanewise-gateway-'));
    try {
      cpSync(fileURLToPath(new URL('dist', import.meta.resolve('lanewise/package.json'))), join(home, 'dist'), { recursive: true });
      const entry = pathToFileURL(join(home, 'dist/node/gateway.js')).href;
      const program = `import { serve } from ${JSON.stringify(entry)}; await serve({ iteration: 'v0.1', listen: { port: 0 } });`;
      const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: home });
      await assert.rejects(run, /Express is not installed: npm install express/);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
