import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runtime } from 'lanewise';
import { ITERATIONS } from 'lanewise/gateway';
import { lanewise, start } from './helpers.ts';

const home = mkdtempSync(join(tmpdir(), 'lanewise-cli-gateway-'));
after(() => rmSync(home, { recursive: true }));
const write = (name: string, text: string) => writeFileSync(join(home, name), text);

write(
  'slow.mjs',
  `export default { routes: [
  { path: '/slow', handler: () => new Promise((resolve) => setTimeout(resolve, 500, { body: 'done' })) },
  { path: '/never', handler: () => new Promise(() => {}) },
] };
setInterval(() => {}, 1000);`,
);
write('config.json', '{"listen":{"port":0,"host":"127.0.0.1"},"iteration":"v0.2","routes":[{"path":"/","respond":{"body":"configured"}}]}');
write('wrong.json', '{"routes":[{"path":"x","echo":true}]}');
write('broken.json', '{"routes":\n]');

interface RunningGateway {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
  readonly line: string;
  /** What it has printed, once it has ended. */
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

async function run(...parameters: string[]): Promise<RunningGateway> {
  const child = start(['gateway', '--port', '0', ...parameters], { cwd: home });
  const text = { stdout: '', stderr: '' };
  child.stderr.on('data', (chunk) => (text.stderr += chunk));
  const ended = new Promise<Awaited<RunningGateway['ended']>>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, ...text })),
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      text.stdout += chunk;
      if (text.stdout.includes('\n')) resolve();
    });
    child.on('close', () => reject(new Error(text.stderr)));
  });
  const line = text.stdout.split('\n')[0] as string;
  return { child, line, url: /http:\/\/\S+/.exec(line)?.[0] as string, ended };
}

describe('lanewise gateway', () => {
  for (const iteration of ITERATIONS) {
    it(`serves by ${iteration}, and says so in one line`, async () => {
      const { child, line, url, ended } = await run('--iteration', iteration);
      const { backend, isa } = runtime();
      assert.match(line, /^listening on http:\/\/127\.0\.0\.1:\d+ /);
      const served = new RegExp(
        ` \\(${iteration} over (node:http|epoll|io_uring), 1 thread, ${backend} ${isa}; bodies up to 1 MiB, 100000 connections\\)$`,
      );
      assert.match(line, served);
      assert.equal(await (await fetch(`${url}/echo`)).text(), '{"message":"hello"}');
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout, `${line}\nSIGINT: closed after 1 requests\n`);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`lets a request under way finish at ${signal}, and exits 0 whatever the config keeps open`, async () => {
      const { child, url, ended } = await run('--config', 'slow.mjs');
      const answer = fetch(`${url}/slow`).then((response) => response.text());
      await requested(url, 1);
      child.kill(signal);
      assert.equal(await answer, 'done');
      assert.equal((await ended).code, 0);
    });

    it(`exits at once at a second ${signal}`, async () => {
      const { child, url, ended } = await run('--config', 'slow.mjs');
      const answer = fetch(`${url}/never`).catch(() => 'cut');
      await requested(url, 1);
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(child.exitCode, null);
      child.kill(signal);
      assert.equal((await ended).code, signal === 'SIGINT' ? 130 : 143);
      assert.equal(await answer, 'cut');
    });
  }

  it('takes the iteration and the routes of its config, and the port of the command line', async () => {
    const { child, line, url, ended } = await run('--config', 'config.json');
    assert.match(line, /\(v0\.2 over /);
    assert.equal(await (await fetch(url)).text(), 'configured');
    child.kill();
    assert.equal((await ended).code, 0);
  });

  it('prefers the command line to the config', async () => {
    const { child, line, ended } = await run('--config', 'config.json', '--iteration', 'v0.3');
    assert.match(line, /\(v0\.3 over /);
    child.kill();
    await ended;
  });

  it('takes the config of its folder, and none when told so', async () => {
    const folder = mkdtempSync(join(home, 'folder-'));
    writeFileSync(
      join(folder, 'lanewise.config.mjs'),
      "export default { iteration: 'v0.2', routes: [{ path: '/', respond: { body: 'found' } }] };",
    );
    const printed = async (...parameters: string[]) => {
      const { code, stdout, stderr } = await lanewise(['gateway', '--print-config', ...parameters], { cwd: folder });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout.toString()) as { iteration: string; routes: { path: string }[]; listen: { port: number } };
    };
    assert.equal((await printed()).iteration, 'v0.2');
    assert.deepEqual(
      (await printed('--no-config')).routes.map(({ path }) => path),
      ['/echo', '/echo', '/search'],
    );
    assert.equal((await printed('--port', '81')).listen.port, 81);
    writeFileSync(join(folder, 'lanewise.config.json'), '{}');
    const both = await lanewise(['gateway'], { cwd: folder });
    assert.deepEqual(
      [both.code, both.stderr],
      [2, 'lanewise: there are lanewise.config.mjs and lanewise.config.json: say by --config which one counts\n'],
    );
  });

  it('logs requests, as JSON or for people', async () => {
    for (const iteration of ['v0.1', 'v0.3']) {
      const { child, url, ended } = await run('--iteration', iteration, '--log');
      await (await fetch(`${url}/echo?secret`)).text();
      await (await fetch(`${url}/no`)).text();
      await fetch(`${url}/echo`, { method: 'HEAD' });
      child.kill('SIGTERM');
      const [, ...lines] = (await ended).stdout.trim().split('\n').slice(0, -1);
      const entries = lines.map((line) => JSON.parse(line) as { time: string; ms: number });
      assert.deepEqual(
        entries.map(({ time: _, ms: __, ...entry }) => entry),
        [
          { method: 'GET', path: '/echo', status: 200, bytes: 19, remote: '127.0.0.1' },
          { method: 'GET', path: '/no', status: 404, bytes: 72, remote: '127.0.0.1' },
          { method: 'HEAD', path: '/echo', status: 200, bytes: 0, remote: '127.0.0.1' },
        ],
      );
      for (const { time, ms } of entries) assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000 && ms > 0 && ms < 10_000);
    }
    const { child, url, ended } = await run('--iteration', 'v0.3', '--log', 'pretty');
    await (await fetch(`${url}/echo`)).text();
    child.kill('SIGTERM');
    assert.match((await ended).stdout, /\n\d\d:\d\d:\d\d\.\d{3} 200 GET \/echo 19 B [\d.]+ ms 127\.0\.0\.1\n/);
  });

  it('prints its config, with all that it leaves open', async () => {
    write(
      'print.mjs',
      `const hello = () => ({ body: 'hi' });
      export default { limits: { bodyBytes: 7 }, routes: [
        { path: '/h', handler: hello }, { path: '/b', respond: { body: Uint8Array.of(1, 2) } }, { path: '/e', echo: { select: { a: '/a' } } } ] };`,
    );
    const { code, stdout } = await lanewise(['gateway', '--print-config', '--config', 'print.mjs', '--iteration', 'v0.3'], { cwd: home });
    assert.equal(code, 0);
    const { limits, ...config } = JSON.parse(stdout.toString()) as { limits: Record<string, number> };
    assert.deepEqual(config, {
      listen: { host: '127.0.0.1', port: 8080 },
      iteration: 'v0.3',
      threads: 1,
      jsWorkers: 1,
      io: 'auto',
      log: false,
      routes: [
        { path: '/h', handler: '[function hello]' },
        { path: '/b', respond: { body: '[2 bytes]' } },
        { path: '/e', echo: { select: { a: '/a' } } },
      ],
    });
    assert.deepEqual([limits.bodyBytes, limits.headBytes, limits.handlerMs], [7, 16384, 30000]);
  });

  const noHangUp = process.platform === 'win32' && 'Windows has no SIGHUP';
  it('reads its config again at SIGHUP, with what that imports, and keeps the old one when it is wrong', { skip: noHangUp }, async () => {
    const page = (body: string) => write('page.mjs', `export const body = '${body}';`);
    const config = (text: string) =>
      write('live.mjs', `import { body } from './page.mjs';\nexport default { routes: [{ path: '/', ${text} }] };`);
    page('one');
    config('respond: { body }');
    const { child, url, ended } = await run('--config', 'live.mjs', '--iteration', 'v0.3');
    const answers = async () => (await fetch(url)).text();
    const says = (stream: 'stdout' | 'stderr', what: RegExp) =>
      new Promise<void>((resolve) => child[stream].on('data', (chunk) => what.test(String(chunk)) && resolve()));
    assert.equal(await answers(), 'one');
    page('two');
    const reloaded = says('stdout', /SIGHUP: serving by live\.mjs as it is now/);
    child.kill('SIGHUP');
    await reloaded;
    assert.equal(await answers(), 'two');
    for (const [wrong, why] of [
      ['respnd: { body }', /routes\.0: Expected an object with exactly one of the keys/],
      ['respond: { body: ', /Unexpected token/],
    ] as const) {
      config(wrong);
      const said = says('stderr', new RegExp(`^lanewise: live\\.mjs: .*${why.source}.*; nothing has changed\\n$`));
      child.kill('SIGHUP');
      await said;
      assert.equal(await answers(), 'two');
    }
    config('respond: { body: "three" }');
    const again = says('stdout', /SIGHUP/);
    child.kill('SIGHUP');
    await again;
    assert.equal(await answers(), 'three');
    child.kill('SIGTERM');
    assert.equal((await ended).code, 0);
  });

  it('says in one line that a port is in use, and exits 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = await lanewise(['gateway', '--port', String(port)]);
    server.close();
    assert.deepEqual(
      { ...outcome, stdout: outcome.stdout.toString() },
      { code: 1, stdout: '', stderr: `lanewise: port ${port} on 127.0.0.1 is in use\n` },
    );
  });

  const refused: readonly (readonly [parameters: readonly string[], stderr: RegExp])[] = [
    [['--port', '65536'], /^lanewise: option '--port <number>' argument '65536' is invalid\. A port is 0 to 65535\.\n/],
    [['--port', ''], /^lanewise: option '--port <number>' argument '' is invalid/],
    [['--iteration', 'v9'], /^lanewise: option '--iteration <name>' argument 'v9' is invalid\. Allowed choices are v0\.1, v0\.2, /],
    [['--config', 'none.json'], /^lanewise: none\.json: no such file or directory\n$/],
    [['--config', 'wrong.json'], /^lanewise: wrong\.json: gateway config: routes\.0\.path: a path starts with '\/'\n$/],
    [['--config', 'broken.json'], /^lanewise: broken\.json: .* at offset 11 \(line 2, column 1\) \[LW_JSON_UNEXPECTED\]\n$/],
  ];
  for (const [parameters, stderr] of refused) {
    it(`exits 2 for ${parameters.join(' ')}`, async () => {
      const outcome = await lanewise(['gateway', ...parameters], { cwd: home });
      assert.match(outcome.stderr, stderr);
      assert.equal(outcome.code, 2);
    });
  }
});

/** Waits until `count` requests besides those that ask are under way or answered. */
async function requested(url: string, count: number): Promise<void> {
  for (let asked = 1; asked < 500; asked++) {
    const { requests } = (await (await fetch(`${url}/stats`)).json()) as { requests: number };
    if (requests >= count + asked) return;
  }
  assert.fail('the request did not arrive');
}
