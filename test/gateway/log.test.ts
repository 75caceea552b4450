import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, type Mock, mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig, Iteration } from 'lanewise/gateway';
import { ask, ITERATIONS, post, start, Wire } from './helpers.ts';

interface Line {
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  readonly ms: number;
  readonly remote: string;
}

const NATIVE: readonly Iteration[] = ['v0.4', 'v0.5', 'v0.6'];
const JSON_TYPE = 'application/json';
const BODY_MAX = 1000;
const CONFIG: GatewayConfig = {
  routes: [
    { method: 'get', path: '/text', respond: { body: 'text' } },
    { path: '/echo', echo: true },
    { path: '/any/:id', handler: () => ({ status: 201, body: 'made' }) },
    { path: '/stream', handler: () => ({ body: ReadableStream.from([Buffer.from('one'), Buffer.from('two')]) }) },
    { path: '/never', handler: () => new Promise(() => {}) },
  ],
  limits: { handlerMs: 100, bodyBytes: BODY_MAX },
};

/** Each transport, on as many threads as it can have. */
const CASES = ITERATIONS.flatMap((iteration) => (NATIVE.includes(iteration) ? [1, 2] : [1]).map((threads) => ({ iteration, threads })));

describe('the log', () => {
  let out: Mock<typeof process.stdout.write>;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
    // What the test runner writes goes on.
    out = mock.method(process.stdout, 'write', (...args: unknown[]) => {
      const [text] = args;
      if (typeof text !== 'string' || !/^(\{"time":|[\d:.]+ \d{3} )/.test(text)) return write(...args);
      lines.push(...text.slice(0, -1).split('\n'));
      return true;
    });
  });
  afterEach(() => out.mock.restore());

  async function logged(count: number): Promise<Line[]> {
    for (const end = Date.now() + 5000; lines.length < count && Date.now() < end; ) await sleep(5);
    return lines.map((line) => JSON.parse(line) as Line);
  }

  const threaded = (iteration: Iteration, threads: number) => (NATIVE.includes(iteration) ? { threads } : {});

  for (const { iteration, threads } of CASES) {
    it(`of ${iteration} on ${threads} has a line for each answer`, async () => {
      const before = Date.now();
      const gateway = await start(iteration, { ...CONFIG, log: true, ...threaded(iteration, threads) });
      const expected: (readonly [method: string, path: string, status: number, bytes?: number])[] = [];
      const { url } = gateway;
      const asked = async (sent: Parameters<typeof ask>[1], path: string, status: number) => {
        const reply = await ask(url, sent);
        assert.equal(reply.status, status);
        expected.push([sent.method ?? 'GET', path, status, reply.body.length]);
        await logged(expected.length);
      };
      try {
        await asked({ path: '/text?secret=1' }, '/text', 200);
        await asked({ method: 'HEAD', path: '/text' }, '/text', 200);
        await asked(post('/echo', JSON_TYPE, '{"a":1}'), '/echo', 200);
        await asked(post('/echo', JSON_TYPE, '{'), '/echo', 400);
        await asked(post('/echo', JSON_TYPE, `"${'x'.repeat(BODY_MAX)}"`), '/echo', 413);
        await asked(post('/any/7', JSON_TYPE, ['[', 'x'.repeat(BODY_MAX)].join('')), '/any/7', 413);
        await asked({ path: '/any/1%20' }, '/any/1%20', 201);
        await asked({ method: 'DELETE', path: '/text' }, '/text', 405);
        await asked({ path: '/stream' }, '/stream', 200);
        await asked({ path: '/nothing' }, '/nothing', 404);
        await asked({ path: '/never' }, '/never', 504);
        const wire = await Wire.open(url);
        wire.send('GET /two?hosts HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
        await wire.until(/^HTTP\/1\.1 400 /);
        wire.close();
        expected.push(['GET', '/two', 400]);
        const entries = await logged(expected.length);
        assert.deepEqual(
          entries.map(({ method, path, status }) => [method, path, status]),
          expected.map(([method, path, status]) => [method, path, status]),
        );
        for (const [i, { time, bytes, ms, remote }] of entries.entries()) {
          assert.equal(bytes, expected[i]?.[3] ?? bytes, `bytes of ${lines[i]}`);
          assert.ok(Date.parse(time) >= before - 1 && Date.parse(time) <= Date.now() + 1, time);
          assert.ok(ms >= 0 && ms < 10_000, String(ms));
          assert.equal(remote, '127.0.0.1');
        }
        assert.ok((entries[10]?.ms as number) >= 90, 'a handler that never answers takes its time');
      } finally {
        await gateway.close({ graceMs: 100 });
      }
      assert.equal(lines.length, expected.length, 'nothing is logged twice');
    });
  }

  for (const iteration of ITERATIONS) {
    it(`of ${iteration} is written for people when asked`, async () => {
      const gateway = await start(iteration, { ...CONFIG, log: 'pretty' });
      try {
        await ask(gateway.url, { path: '/text' });
        for (const end = Date.now() + 5000; lines.length < 1 && Date.now() < end; ) await sleep(5);
      } finally {
        await gateway.close({ graceMs: 100 });
      }
      assert.match(lines.join('\n'), /^\d\d:\d\d:\d\d\.\d{3} 200 GET \/text 4 B [\d.]+ ms 127\.0\.0\.1$/);
    });

    it(`of ${iteration} is off by default`, async () => {
      const gateway = await start(iteration, CONFIG);
      await ask(gateway.url, { path: '/text' });
      await ask(gateway.url, { path: '/any/1' });
      await gateway.close({ graceMs: 100 });
      assert.deepEqual(lines, []);
    });
  }

  for (const iteration of NATIVE) {
    it(`of ${iteration} has what is no request, and nothing in it that a terminal obeys`, async () => {
      const gateway = await start(iteration, { ...CONFIG, log: true });
      try {
        for (const text of ['GET /a\x9b\x07\x7f"?\x1b HTTP/1.1\r\n\r\n', '\x16\x03\x01 \x1b[2J\r\n\r\n']) {
          const wire = await Wire.open(gateway.url);
          wire.send(Buffer.from(text, 'latin1'));
          await wire.until(/^HTTP\/1\.1 400 /);
          wire.close();
        }
        const entries = await logged(2);
        assert.deepEqual(
          entries.map(({ method, path, status }) => [method, path, status]),
          [
            ['GET', '/a\x9b\x07\x7f"', 400],
            ['-', '-', 400],
          ],
        );
        assert.doesNotMatch(lines.join(''), /\p{Cc}/u);
      } finally {
        await gateway.close({ graceMs: 100 });
      }
    });
  }

  it('leaves out and counts what JavaScript does not take in time', async () => {
    const [connections, each] = [10, 60];
    const gateway = await start('v0.6', { ...CONFIG, log: true, threads: 2, limits: { headBytes: 16 << 10 } });
    try {
      const wires = await Promise.all(Array.from({ length: connections }, () => Wire.open(gateway.url)));
      const request = `GET /${'x'.repeat(8 << 10)} HTTP/1.1\r\nHost: a\r\n\r\n`;
      for (const wire of wires) wire.send(`${request.repeat(each - 1)}${request.replace('Host: a', 'Host: a\r\nConnection: close')}`);
      // The planes have threads of their own, this one sleeps.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      await Promise.all(wires.map((wire) => wire.untilClosed()));
      const { body } = await ask(gateway.url, { path: '/metrics' });
      const dropped = Number(/^lanewise_log_dropped_total (\d+)$/m.exec(body.toString())?.[1]);
      assert.ok(dropped > 0, 'some are left out');
      // The last one is that of /metrics.
      const total = connections * each + 1;
      assert.equal((await logged(total - dropped)).length, total - dropped);
    } finally {
      await gateway.close({ graceMs: 100 });
    }
  });
});
