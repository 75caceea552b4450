import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Gateway, GatewayStats, Iteration } from 'lanewise/gateway';
import { ask, ITERATIONS, post, start, Wire } from './helpers.ts';

const FAMILIES = {
  lanewise_requests_total: 'counter',
  lanewise_responses_total: 'counter',
  lanewise_latency_seconds: 'histogram',
  lanewise_connections: 'gauge',
  lanewise_connections_accepted_total: 'counter',
  lanewise_connections_closed_total: 'counter',
  lanewise_connections_shed_total: 'counter',
  lanewise_refused_total: 'counter',
  lanewise_received_bytes_total: 'counter',
  lanewise_sent_bytes_total: 'counter',
  lanewise_log_dropped_total: 'counter',
};

/** Samples by name and labels, of text that is checked line by line (Prometheus text format 0.0.4). */
function readMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const families = new Map<string, string>();
  assert.ok(text.endsWith('\n'));
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
    if (kind === 'TYPE') families.set(name, rest);
    if (kind !== undefined) continue;
    const label = '\\w+="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
    const sample = new RegExp(`^(\\w+)(\\{${label}(?:,${label})*\\})? (\\S+)$`).exec(line);
    assert.ok(sample !== null, line);
    const base = (sample[1] as string).replace(/_(bucket|sum|count)$/, '');
    assert.ok(families.has(base) || families.has(sample[1] as string), `${line}: a sample stands behind its TYPE`);
    const key = `${sample[1]}${sample[2] ?? ''}`;
    assert.ok(!samples.has(key), `${key} stands once`);
    assert.ok(Number.isFinite(Number(sample[3])), line);
    samples.set(key, Number(sample[3]));
  }
  assert.deepEqual(Object.fromEntries(families), FAMILIES);
  return samples;
}

async function withGateway(iteration: Iteration, use: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await start(iteration, {
    routes: [
      { method: 'get', path: '/text', respond: { body: 'text' } },
      { path: '/any/:id', handler: () => ({ status: 201 }) },
      { path: '/echo', echo: true },
    ],
    limits: { connections: 20 },
  });
  try {
    await use(gateway);
  } finally {
    await gateway.close({ graceMs: 100 });
  }
}

const eventually = async (gateway: Gateway, isSo: (stats: GatewayStats) => boolean) => {
  for (let i = 0; i < 200 && !isSo(gateway.stats()); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(isSo(gateway.stats()), JSON.stringify(gateway.stats()));
};

for (const iteration of ITERATIONS) {
  describe(`the counters of ${iteration}`, () => {
    it('tell answers by route and status', () =>
      withGateway(iteration, async (gateway) => {
        for (const path of ['/text', '/text?x', '/any/1', '/any/2', '/none']) await ask(gateway.url, { path });
        await ask(gateway.url, { path: '/any/3', method: 'PUT' });
        await ask(gateway.url, post('/echo', 'application/json', '['));
        await ask(gateway.url, { path: '/text', method: 'DELETE' });
        const { routes, responses, requests } = gateway.stats();
        assert.deepEqual({ ...routes }, { 'GET /text': { 200: 2 }, '/any/:id': { 201: 3 }, '': { 404: 1, 405: 1 }, '/echo': { 400: 1 } });
        assert.deepEqual([responses, requests], [{ 200: 2, 201: 3, 400: 1, 404: 1, 405: 1 }, 8]);
      }));

    it('tell connections by what they do, those turned away, and bytes', () =>
      withGateway(iteration, async (gateway) => {
        const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.open(gateway.url)));
        await eventually(gateway, ({ connections }) => connections.new === 20);
        const [idle, active] = wires as [Wire, Wire];
        const requests = [
          'GET /text HTTP/1.1\r\nHost: a\r\n\r\n',
          'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[',
        ] as const;
        idle.send(requests[0]);
        const reply = await idle.until(/text$/);
        active.send(requests[1]);
        await eventually(gateway, ({ connections }) => connections.active === 1 && connections.idle === 1 && connections.new === 18);
        const late = await Wire.open(gateway.url);
        await late.untilClosed();
        await eventually(gateway, ({ connections }) => connections.shed === 1);
        const { bytes } = gateway.stats();
        assert.deepEqual(bytes, { in: requests.join('').length, out: reply.length });
        for (const wire of wires) wire.close();
        await eventually(gateway, ({ connections }) => connections.open === 0 && connections.closed >= 20);
        assert.ok(gateway.stats().bytes.in >= bytes.in);
      }));

    it('tell what was refused, by reason', () =>
      withGateway(iteration, async (gateway) => {
        for (const request of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n']) {
          const wire = await Wire.open(gateway.url);
          wire.send(request);
          await wire.untilClosed();
        }
        const { refused, responses } = gateway.stats();
        assert.equal(
          Object.values(refused).reduce((sum, count) => sum + count, 0),
          3,
          JSON.stringify(refused),
        );
        assert.ok(Object.keys(refused).every((reason) => /^[a-z_]+$/.test(reason)));
        assert.deepEqual(responses, { 400: 2, 505: 1 });
      }));

    it('are the same for Prometheus', () =>
      withGateway(iteration, async (gateway) => {
        for (let i = 0; i < 3; i++) await ask(gateway.url, { path: '/text' });
        await ask(gateway.url, { path: '/any/1' });
        const { headers, body } = await ask(gateway.url, { path: '/metrics' });
        assert.equal(headers['content-type'], 'text/plain; version=0.0.4');
        const samples = readMetrics(body.toString());
        assert.equal(samples.get('lanewise_requests_total'), 5);
        assert.equal(samples.get(`lanewise_responses_total{method="GET",route="/text",status="200"}`), 3);
        assert.equal(samples.get(`lanewise_responses_total{method="",route="/any/:id",status="201"}`), 1);
        const buckets = [...samples].filter(([name]) => name.startsWith('lanewise_latency_seconds_bucket'));
        const edges = buckets.map(([name]) => Number((/le="(.*)"/.exec(name)?.[1] ?? '').replace('+Inf', 'Infinity')));
        assert.deepEqual(
          edges,
          [...edges].sort((a, b) => a - b),
        );
        const counts = buckets.map(([, count]) => count);
        assert.deepEqual(
          counts,
          [...counts].sort((a, b) => a - b),
        );
        assert.deepEqual([counts.at(-1), samples.get('lanewise_latency_seconds_count')], [4, 4]);
        const sum = samples.get('lanewise_latency_seconds_sum') as number;
        assert.ok(sum > 0 && sum < 10, String(sum));
        assert.equal(samples.get('lanewise_connections{state="active"}'), 1);
        assert.ok((samples.get('lanewise_received_bytes_total') as number) > 100);
        assert.ok((samples.get('lanewise_sent_bytes_total') as number) > 300);
      }));
  });
}
