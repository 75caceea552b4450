import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Gateway, GatewayLimits } from 'lanewise/gateway';
import { ask, errorOf, ITERATIONS, type Iteration, post, start, Wire } from './helpers.ts';

const BODY_BYTES = 1000;
const HEAD = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

async function withGateway(iteration: Iteration, limits: Partial<GatewayLimits>, use: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await start(iteration, { limits });
  try {
    await use(gateway);
  } finally {
    await gateway.close({ graceMs: 1000 });
  }
}

const isAlive = async ({ url }: Gateway) => assert.equal((await ask(url, { path: '/healthz' })).status, 200);

for (const iteration of ITERATIONS) {
  describe(`a client of ${iteration}`, () => {
    let gateway: Gateway;
    before(async () => {
      gateway = await start(iteration, { limits: { bodyBytes: BODY_BYTES, headBytes: 4096, headers: 20 } });
    });
    after(() => gateway.close());

    it('may send a body of the limit, and no more', async () => {
      const largest = `"${'x'.repeat(BODY_BYTES - 2)}"`;
      assert.equal((await ask(gateway.url, post('/echo', 'application/json', largest))).body.toString(), largest);
      const reply = await ask(gateway.url, post('/echo', 'application/json', `${largest} `));
      assert.deepEqual([reply.status, errorOf(reply).code], [413, 'PAYLOAD_TOO_LARGE']);
    });

    it('is refused an announced body before it sends it', async () => {
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 1000000000000\r\n\r\n`);
      assert.match(await wire.until(/\}\}$/), /^HTTP\/1\.1 413 .*"PAYLOAD_TOO_LARGE"/s);
      wire.close();
    });

    it('is refused a body in chunks before it has sent the rest', async () => {
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      const chunk = `258\r\n${'1'.repeat(600)}\r\n`;
      wire.send(chunk);
      wire.send(chunk);
      assert.match(await wire.until(/\}\}$/), /^HTTP\/1\.1 413 .*"PAYLOAD_TOO_LARGE"/s);
      wire.close();
      await isAlive(gateway);
    });

    it('reads the refusal although it goes on sending, and may use the connection again', async () => {
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 3000000\r\n\r\n`);
      wire.send('1'.repeat(3_000_000));
      await wire.until(/413 .*\}\}$/s);
      wire.send('GET /echo HTTP/1.1\r\nHost: a\r\n\r\n');
      await wire.until(/\{"message":"hello"\}$/);
      wire.close();
    });

    it('is told to go on only for a body that is wanted', async () => {
      const wanted = await Wire.open(gateway.url);
      wanted.send(`${HEAD}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
      await wanted.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
      wanted.send('[]');
      await wanted.until(/200 OK.*\[\]$/s);
      wanted.close();
      const unwanted = await Wire.open(gateway.url);
      unwanted.send(`${HEAD}Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n`);
      assert.match(await unwanted.until(/\}\}$/), /^HTTP\/1\.1 413 /);
      unwanted.close();
    });

    it('may go away in the middle of a body', async () => {
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 500\r\n\r\n{"a":`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      wire.close();
      await isAlive(gateway);
    });

    const refused: Readonly<Record<string, readonly [status: number, request: string]>> = {
      'whose head is too long': [431, `GET / HTTP/1.1\r\nHost: a\r\nA: ${'x'.repeat(5000)}\r\n\r\n`],
      'who sends too many headers': [431, `GET / HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(20)}\r\n`],
      'who does not speak HTTP': [400, 'hello\r\n\r\n'],
      'who names no host': [400, 'GET /echo HTTP/1.1\r\n\r\n'],
      'who names two hosts': [400, 'GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
      'who gives two lengths': [400, `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]`],
      'who gives a length and chunks': [400, `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n`],
      'who codes a body in another way': [501, `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
      'whose chunk has no length': [400, `${HEAD}Transfer-Encoding: chunked\r\n\r\nx\r\n`],
      'who expects the unheard-of': [417, `${HEAD}Content-Length: 2\r\nExpect: cake\r\n\r\n[]`],
      'who wants a tunnel': [405, 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n'],
    };
    for (const [who, [status, request]] of Object.entries(refused)) {
      it(`${who} is answered ${status}, with an error body, and the connection is closed`, async () => {
        const before = gateway.stats();
        const wire = await Wire.open(gateway.url);
        wire.send(request);
        const received = await wire.untilClosed();
        assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} .*connection: close`, 'is'));
        assert.match(received, /\r\n\r\n\{"error":\{"code":"[A-Z_]+","message":"[^"]+"\}\}$/);
        assert.equal(gateway.stats().responses[status], (before.responses[status] ?? 0) + 1);
        await isAlive(gateway);
      });
    }

    it('may speak HTTP/1.0, without a host', async () => {
      const wire = await Wire.open(gateway.url);
      wire.send('GET /echo HTTP/1.0\r\n\r\n');
      assert.match(await wire.untilClosed(), /200 OK.*\{"message":"hello"\}$/s);
    });
  });

  describe(`time in ${iteration}`, () => {
    it('ends for a body that does not come', () =>
      withGateway(iteration, { bodyMs: 150 }, async (gateway) => {
        const wire = await Wire.open(gateway.url);
        wire.send(`${HEAD}Content-Length: 5\r\n\r\n[1`);
        assert.match(await wire.untilClosed(), /^HTTP\/1\.1 408 .*"REQUEST_TIMEOUT"/s);
        await isAlive(gateway);
      }));

    it('ends for a body that trickles', () =>
      withGateway(iteration, { bodyBytesPerSecond: 1000 }, async (gateway) => {
        const wire = await Wire.open(gateway.url);
        wire.send(`${HEAD}Content-Length: 5000\r\n\r\n[`);
        const trickle = setInterval(() => wire.send(' '), 50);
        assert.match(await wire.untilClosed(), /^HTTP\/1\.1 408 /);
        clearInterval(trickle);
      }));

    it('ends for a head that does not come', () =>
      withGateway(iteration, { headMs: 150 }, async (gateway) => {
        const wire = await Wire.open(gateway.url);
        wire.send('GET /echo HTTP/1.1\r\nHost:');
        assert.match(await wire.untilClosed(), /^HTTP\/1\.1 408 .*"REQUEST_TIMEOUT"/s);
      }));

    it('ends for a connection that is idle', () =>
      withGateway(iteration, { idleMs: 100 }, async (gateway) => {
        const wire = await Wire.open(gateway.url);
        wire.send('GET /echo HTTP/1.1\r\nHost: a\r\n\r\n');
        assert.match(await wire.untilClosed(), /200 OK.*\{"message":"hello"\}$/s);
      }));

    it('ends for a client that does not take its answer', () =>
      withGateway(iteration, { writeMs: 200 }, async (gateway) => {
        const wire = await Wire.open(gateway.url);
        const body = `"${'x'.repeat(1_000_000)}"`;
        wire.socket.pause();
        for (let i = 0; i < 10; i++) wire.send(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
        await until(() => gateway.stats().connections.closed === 1);
        wire.close();
        await isAlive(gateway);
      }));
  });

  it(`${iteration} takes no more connections than it may`, () =>
    withGateway(iteration, { connections: 1 }, async (gateway) => {
      const first = await Wire.open(gateway.url);
      first.send('GET /echo HTTP/1.1\r\nHost: a\r\n\r\n');
      await first.until(/hello/);
      const second = await Wire.open(gateway.url);
      assert.equal(await second.untilClosed(), '');
      first.close();
    }));
}

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail('it did not happen within 5 s');
}
