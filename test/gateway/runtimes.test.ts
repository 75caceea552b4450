import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decode } from 'lanewise/msgpack';
import { ask, errorOf, ITERATIONS, post, Wire } from './helpers.ts';

/*
 * The native transport on hosts that have no loop to nest a descriptor in: the planes have threads there. The host runs the command; what it
 * answers is looked at from here.
 */

const COMMAND = fileURLToPath(new URL('cli.js', new URL('..', import.meta.resolve('lanewise'))));
/** Where the benchmarks keep the runtimes that they have fetched. */
const FETCHED = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanewise');
const LARGE = 400_000;
const PIECES = 40;
const MANY = 300;
/** By then a host does what is waited for, or never. */
const TIMEOUT_MS = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Host {
  readonly name: string;
  /** The program, undefined where it is not installed. */
  readonly program: string | undefined;
  /** What stands before the file. */
  readonly flags: readonly string[];
}

const HOSTS: readonly Host[] = [
  { name: 'Bun', program: find('bun'), flags: [] },
  { name: 'Deno', program: find('deno'), flags: ['run', '--allow-all', '--no-lock'] },
];

/** A program that is on the path, or that the benchmarks have fetched. */
function find(name: string): string | undefined {
  let fetched: string[] = [];
  try {
    const files = readdirSync(join(FETCHED, name), { recursive: true, withFileTypes: true });
    fetched = files.filter((file) => file.isFile() && file.name === name).map((file) => join(file.parentPath ?? file.path, name));
  } catch {
    // Nothing has been fetched.
  }
  return [name, ...fetched].find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
}

const config = (version: string) => `
let gone = 0;
let waiting = 0;
export default {
  limits: { handlerMs: 1500, bodyBytes: 4 << 20 },
  routes: [
    { path: '/version', handler: () => ({ body: '${version}' }) },
    { path: '/async/:id', handler: async ({ params, method }) => { await null; return { status: 201, body: { id: params.id, method } }; } },
    { path: '/later', handler: () => new Promise((resolve) => setTimeout(resolve, 5, { body: 'later' })) },
    { path: '/json', handler: (request) => ({ body: request.json() }) },
    { path: '/size', handler: (request) => ({ body: String(request.bytes().length), headers: { 'x-type': request.header('content-type') } }) },
    { path: '/large', handler: () => ({ body: 'é'.repeat(${LARGE}) }) },
    { path: '/throws', handler: () => { throw new Error('on purpose'); } },
    { path: '/rejects', handler: async () => { await null; throw new Error('on purpose'); } },
    { path: '/never', handler: ({ signal }) => { signal.addEventListener('abort', () => gone++); return new Promise(() => {}); } },
    { path: '/gone', handler: () => ({ body: String(gone) }) },
    { path: '/waits', handler: () => { waiting++; return new Promise((resolve) => setTimeout(resolve, 1000, { body: 'waited' })); } },
    { path: '/waiting', handler: () => ({ body: String(waiting) }) },
    { path: '/in', stream: true, handler: async (request) => {
      let size = 0;
      for await (const piece of request.stream()) size += piece.length;
      return { body: String(size) };
    } },
    { path: '/out', handler: () => {
      let left = ${PIECES};
      return { body: new ReadableStream({ pull(to) { if (left-- > 0) to.enqueue(new Uint8Array(${LARGE / PIECES}).fill(97)); else to.close(); } }) };
    } },
    { path: '/echo', echo: true },
  ],
};`;

/** The command under another host, from start to end. */
class Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** On standard error. */
  said = '';

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.said += text;
    });
  }

  static async start({ program, flags }: Host, file: string, iteration: string): Promise<Running> {
    const gateway = [COMMAND, 'gateway', '--iteration', iteration, '--port', '0', '--config', file];
    const child = spawn(program as string, [...flags, ...gateway], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
    const url = new RegExp(`listening on (\\S+) \\(${iteration.replace('.', '\\.')} over epoll, 1 thread`).exec(String(line))?.[1];
    assert.ok(url, String(line));
    return new Running(child, url);
  }

  /** The exit code and the signal. */
  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
    const exit = once(child, 'exit');
    child.kill(signal);
    return exit;
  }
}

for (const host of HOSTS) {
  const { name, program } = host;
  const skip =
    process.platform !== 'linux' ? 'the native transport is there on Linux alone' : program === undefined && `${name} is not there`;
  for (const iteration of ITERATIONS.filter((each) => each > 'v0.3')) {
    describe(`${iteration} under ${name}`, { skip, timeout: TIMEOUT_MS }, () => {
      const home = mkdtempSync(join(tmpdir(), 'lanewise-runtime-'));
      const file = join(home, 'lanewise.config.mjs');
      let running: Running;
      let url: string;
      const get = (path: string) => ask(url, { path });
      const textOf = async (path: string) => (await get(path)).body.toString();

      before(async () => {
        writeFileSync(file, config('old'));
        running = await Running.start(host, file, iteration);
        url = running.url;
      });
      after(async () => {
        await running?.end('SIGKILL');
        rmSync(home, { recursive: true });
      });

      it('runs plans', async () => {
        assert.equal(await textOf('/echo'), '{"message":"hello"}');
        const reply = await ask(url, post('/echo', 'application/json', '{"a": [1, true]}', { accept: 'application/msgpack' }));
        assert.deepEqual(decode(reply.body), { a: [1, true] });
        assert.equal((await ask(url, post('/echo', 'application/json', '{'))).status, 400);
        assert.equal((await get('/nowhere')).status, 404);
      });

      it('calls handlers', async () => {
        assert.equal(await textOf('/version'), 'old');
        const { status, body } = await get('/async/a%20b');
        assert.deepEqual([status, JSON.parse(body.toString())], [201, { id: 'a b', method: 'GET' }]);
        assert.equal(await textOf('/later'), 'later');
        assert.equal((await ask(url, post('/json', 'application/json', '{"ä": 1}'))).body.toString(), '{"ä":1}');
        assert.equal((await ask(url, post('/json', 'application/json', '{'))).status, 400);
      });

      it('takes and gives what does not fit the shared memory', async () => {
        const reply = await ask(url, post('/size', 'text/x', new Uint8Array(LARGE)));
        assert.deepEqual([reply.body.toString(), reply.headers['x-type']], [String(LARGE), 'text/x']);
        assert.equal((await get('/large')).body.length, 2 * LARGE);
      });

      it('passes bodies on as they come', async () => {
        const pieces = Array.from({ length: PIECES }, () => new Uint8Array(LARGE / PIECES));
        assert.equal((await ask(url, { method: 'POST', path: '/in', body: pieces })).body.toString(), String(LARGE));
        const { headers, body } = await get('/out');
        assert.deepEqual([headers['transfer-encoding'], body.length], ['chunked', LARGE]);
        assert.ok(body.every((byte) => byte === 97));
      });

      it('ends a request whose handler fails, and says so', async () => {
        for (const path of ['/throws', '/rejects']) {
          assert.equal((await get(path)).status, 500);
          while (!running.said.includes(`GET ${path}: the handler threw Error: on purpose`)) await pause(5);
        }
        const late = await get('/never');
        assert.deepEqual([late.status, errorOf(late).code], [504, 'HANDLER_TIMEOUT']);
      });

      it('tells a handler that its client has gone', async () => {
        const before = Number(await textOf('/gone'));
        const wire = await Wire.open(url);
        wire.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n');
        await pause(50);
        wire.close();
        while (Number(await textOf('/gone')) === before) await pause(5);
      });

      it('answers many at a time, and in order on one connection', async () => {
        const paths = Array.from({ length: MANY }, (_, i) => ['/async/1', '/echo', '/later', '/version'][i % 4] as string);
        const statuses = await Promise.all(paths.map(async (path) => (await get(path)).status));
        assert.deepEqual(
          statuses,
          paths.map((path) => (path === '/async/1' ? 201 : 200)),
        );
        const wire = await Wire.open(url);
        wire.send(['/later', '/echo', '/version'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
        assert.match(await wire.until(/old$/), /later.*"hello".*old$/s);
        wire.close();
      });

      it('reads its config again', async () => {
        writeFileSync(file, config('new'));
        running.child.kill('SIGHUP');
        while ((await textOf('/version')) === 'old') await pause(10);
        assert.equal(await textOf('/version'), 'new');
        writeFileSync(file, 'export default { routs: [] };');
        running.child.kill('SIGHUP');
        while (!running.said.includes('routs')) await pause(10);
        assert.equal(await textOf('/version'), 'new');
      });

      it('answers what is under way when it is told to end, and ends', async () => {
        const wire = await Wire.open(url);
        wire.send('GET /waits HTTP/1.1\r\nHost: a\r\n\r\n');
        while ((await textOf('/waiting')) === '0') await pause(5);
        const end = running.end('SIGTERM');
        assert.match(await wire.untilClosed(), /connection: close.*\r\n\r\nwaited$/is);
        assert.deepEqual(await end, [0, null]);
      });
    });
  }

  it(`threads of JavaScript share the connections under ${name}`, { skip, timeout: TIMEOUT_MS }, async () => {
    const home = mkdtempSync(join(tmpdir(), 'lanewise-runtime-'));
    const file = join(home, 'lanewise.config.mjs');
    writeFileSync(
      file,
      `import { threadId } from 'node:worker_threads';
       export default { jsWorkers: 3, routes: [{ path: '/', handler: async () => ({ body: String(threadId) }) }] };`,
    );
    const running = await Running.start(host, file, 'v0.6');
    try {
      const threads = new Set<string>();
      for (let i = 0; i < 60; i++) threads.add((await ask(running.url, {})).body.toString());
      assert.ok(threads.size > 1, `all of 60 connections went to the thread ${[...threads]}`);
      const stats = JSON.parse((await ask(running.url, { path: '/stats' })).body.toString());
      assert.equal(stats.responses[200], 60);
      assert.deepEqual(await running.end('SIGTERM'), [0, null]);
    } finally {
      await running.end('SIGKILL');
      rmSync(home, { recursive: true });
    }
  });
}
