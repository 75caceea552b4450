import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { type Gateway, readConfigFile, serve } from 'lanewise/gateway';
import { ask, Wire } from './helpers.ts';

const WORKERS = 3;
const REQUESTS = 60;

const config = (answer: string) => `
import { threadId } from 'node:worker_threads';
export default {
  iteration: 'v0.6', listen: { port: 0 }, jsWorkers: ${WORKERS},
  routes: [
    { path: '/thread', handler: () => ({ body: String(threadId) }) },
    { path: '/answer', handler: async () => ({ body: '${answer}' }) },
    { path: '/echo', echo: true },
  ],
};`;

describe('threads of JavaScript', { skip: process.platform !== 'linux' && 'the native transport is there on Linux alone' }, () => {
  const home = mkdtempSync(join(tmpdir(), 'lanewise-workers-'));
  const file = join(home, 'lanewise.config.mjs');
  let gateway: Gateway;
  const answers = async (path: string) => {
    const replies = await Promise.all(Array.from({ length: REQUESTS }, () => ask(gateway.url, { path })));
    return new Set(replies.map(({ status, body }) => `${status} ${body}`));
  };

  before(async () => {
    writeFileSync(file, config('old'));
    gateway = await serve(await readConfigFile(file), { file });
  });
  after(async () => {
    await gateway.close();
    rmSync(home, { recursive: true });
  });

  it('share the connections', async () => {
    const seen = await answers('/thread');
    assert.ok(seen.size > 1, `all of ${REQUESTS} connections went to one thread`);
    for (const answer of seen) assert.match(answer, /^200 \d+$/);
  });

  it('are counted as one', async () => {
    const before = gateway.stats();
    await answers('/echo');
    const { requests, responses, connections } = gateway.stats();
    assert.equal(requests, before.requests + REQUESTS);
    assert.equal(responses[200], Number(before.responses[200] ?? 0) + REQUESTS);
    assert.equal(connections.accepted, before.connections.accepted + REQUESTS);
  });

  it('serve other routes after a reload, all of them', async () => {
    assert.deepEqual(await answers('/answer'), new Set(['200 old']));
    writeFileSync(file, config('new'));
    const { listen: _, ...changed } = await readConfigFile(file);
    await gateway.reload(changed);
    assert.deepEqual(await answers('/answer'), new Set(['200 new']));
  });

  it('need a file for handlers', async () => {
    const handler = () => ({ body: 'x' });
    const here = { iteration: 'v0.6', listen: { port: 0 }, jsWorkers: 2, routes: [{ path: '/', handler }] } as const;
    await assert.rejects(serve(here), { name: 'TypeError', message: /jsWorkers: handlers go to other threads by a config file alone/ });
  });

  it('may be terminated while they serve', async () => {
    const program = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(import.meta.resolve('lanewise/gateway'))}).then(async ({ serve }) => {
        const routes = [{ path: '/', handler: () => ({ body: 'x' }) }, { path: '/never', handler: () => new Promise(() => {}) }];
        const gateways = [1, 2].map((threads) => serve({ iteration: 'v0.6', listen: { port: 0 }, threads, routes }));
        parentPort.postMessage((await Promise.all(gateways)).map(({ url }) => url));
      });`;
    const worker = new Worker(program, { eval: true });
    const [urls] = (await once(worker, 'message')) as [string[]];
    for (const url of urls) {
      assert.equal((await ask(url, {})).body.toString(), 'x');
      const wire = await Wire.open(url);
      wire.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
    }
    await worker.terminate();
    for (const url of urls) await assert.rejects(ask(url, {}), { code: 'ECONNREFUSED' });
  });

  it('need no file for plans, and end with the gateway', async () => {
    const plans = await serve({ iteration: 'v0.6', listen: { port: 0 }, jsWorkers: 2, routes: [{ path: '/', respond: { body: 'plan' } }] });
    assert.equal((await ask(plans.url, {})).body.toString(), 'plan');
    await plans.close();
    assert.equal(plans.stats().requests, 1);
    await assert.rejects(ask(plans.url, {}), { code: 'ECONNREFUSED' });
  });
});
