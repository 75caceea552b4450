import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it, type Mock, mock } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Gateway, GatewayRequest, GatewayResponse } from 'lanewise/gateway';
import { ask, ITERATIONS, post, start, Wire } from './helpers.ts';

/*
 * What handlers may do to a gateway that calls them: whatever it is, no other request is harmed.
 */

const NATIVE = ITERATIONS.filter((name) => name > 'v0.3');
const HELD = 300_000;
const NOT_LINUX = process.platform !== 'linux' && 'the native transport is there on Linux';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let answer: (request: GatewayRequest) => unknown;

/** As ES2024 has it: the declarations are older than Node 20. */
const Resizable = ArrayBuffer as unknown as new (
  size: number,
  options: { maxByteLength: number },
) => ArrayBuffer & { resize(size: number): void };

for (const iteration of ITERATIONS) {
  describe(`handlers of ${iteration}`, () => {
    let gateway: Gateway;
    let log: Mock<typeof process.stderr.write>;
    const handler = (request: GatewayRequest) => answer(request) as GatewayResponse;
    const call = (reply: typeof answer, body = '') => {
      answer = reply;
      return ask(gateway.url, post('/h', 'text/plain', body));
    };

    before(async () => {
      gateway = await start(iteration, {
        routes: [
          { path: '/h', handler },
          { path: '/s', handler, stream: true },
          { path: '/fine', handler: () => ({ body: 'fine' }) },
        ],
      });
    });
    after(() => gateway.close({ graceMs: 0 }));
    beforeEach(() => {
      log = mock.method(process.stderr, 'write', () => true);
    });
    afterEach(() => log.mock.restore());

    it('may answer with bytes that lie about their length', async () => {
      const liar = (length: number) => Object.defineProperty(Buffer.from('true'), 'length', { value: length });
      for (const length of [0, 2, 5, 100, 1_000_000]) {
        const reply = await call(() => ({ body: liar(length) }));
        assert.deepEqual([reply.status, reply.body.toString()], [200, 'true']);
      }
    });

    it('may answer with what only looks like bytes', async () => {
      const bytes = new Uint8Array(8);
      for (const body of [new Proxy(bytes, {}), new Proxy(bytes, { get: () => 1 }), Object.create(Uint8Array.prototype)]) {
        assert.equal((await call(() => ({ body }))).status, 500);
      }
      assert.equal((await call(() => new Proxy({}, { has: () => assert.fail('trap') }))).status, 500);
      assert.equal((await call(() => ({ body: { toJSON: () => assert.fail('toJSON') } }))).status, 500);
    });

    it('may answer with memory that is shared, detached or resized', async () => {
      const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(0x61);
      assert.equal((await call(() => ({ body: shared }))).body.toString(), 'aaaa');
      const detached = new Uint8Array(4);
      structuredClone(detached.buffer, { transfer: [detached.buffer] });
      assert.deepEqual([(await call(() => ({ body: detached }))).status, detached.length], [200, 0]);
      for (const size of [64, 100_000, 400_000]) {
        const buffer = new Resizable(size, { maxByteLength: 2 * size });
        const view = new Uint8Array(buffer);
        buffer.resize(size / 2);
        assert.equal((await call(() => ({ body: view }))).body.length, size / 2);
      }
    });

    it('may throw what throws when it is looked at', async () => {
      const fail = () => assert.fail('trap');
      const thrown = [
        { toString: fail },
        new Proxy({}, { getPrototypeOf: fail, get: fail }),
        Object.defineProperty(new Error('x'), 'stack', { get: fail }),
        Object.create(null),
      ];
      for (const what of thrown) {
        const wire = await Wire.open(gateway.url);
        answer = () => {
          throw what;
        };
        const head = 'Host: a\r\n\r\n';
        wire.send(`GET /h HTTP/1.1\r\n${head}GET /fine HTTP/1.1\r\n${head}`);
        assert.match(await wire.until(/fine$/), /^HTTP\/1\.1 500 /);
        wire.close();
        assert.equal((await call(() => Promise.reject(what))).status, 500);
      }
    });

    it('may take away what they were given', async () => {
      for (const size of [10, HELD]) {
        const first = await call((request) => {
          const bytes = request.bytes();
          if (size < HELD || iteration > 'v0.3') structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
          return { body: String(bytes.length) };
        }, 'x'.repeat(size));
        assert.equal(first.status, 200);
        assert.equal((await call((request) => ({ body: request.text() }), 'next')).body.toString(), 'next');
      }
    });

    it('may keep a request and read it when others have come', async () => {
      const kept: GatewayRequest[] = [];
      for (const size of [3, HELD]) {
        await call((request) => {
          kept.push(request);
          return { body: '' };
        }, 'k'.repeat(size));
      }
      for (let i = 0; i < 300; i++) await call(() => ({ body: '' }), 'z'.repeat(2000));
      for (const request of kept) {
        assert.equal(request.header('content-type'), 'text/plain');
        assert.match(request.text(), /^k*$/);
        assert.match(Buffer.from(request.bytes()).toString('latin1'), /^k*$/);
        assert.equal(request.path, '/h');
      }
    });

    it('may ask for a streamed body late', async () => {
      for (const size of [5, 50_000, 900_000]) {
        answer = async (request) => {
          await pause(30);
          let count = 0;
          for await (const piece of request.stream()) count += piece.length;
          return { body: String(count) };
        };
        const reply = await ask(gateway.url, post('/s', undefined, 'x'.repeat(size)));
        assert.equal(reply.body.toString(), String(size));
      }
    });

    it('are not counted for what was no request', async () => {
      const counted = () => Object.entries(gateway.stats().routes).filter(([name, statuses]) => name !== '' && '400' in statuses);
      const wire = await Wire.open(gateway.url);
      wire.send('GET\r\n\r\n');
      assert.match(await wire.untilClosed(), /^HTTP\/1\.1 400 /);
      assert.deepEqual(counted(), []);
    });

    it('may close the gateway that calls them, and another one goes on', async () => {
      const other = await start(iteration, { routes: [{ path: '/late', handler: () => late }] });
      let release = (_: GatewayResponse) => {};
      const late = new Promise<GatewayResponse>((resolve) => {
        release = resolve;
      });
      let own: Gateway | undefined;
      const closed: Promise<void>[] = [];
      own = await start(iteration, {
        routes: [
          {
            path: '/close',
            handler: () => {
              closed.push((own as Gateway).close({ graceMs: 0 }));
              return late.then(() => ({ body: Buffer.alloc(HELD, 'wrong') }));
            },
          },
        ],
      });
      await assert.rejects(ask(own.url, { path: '/close' }));
      await Promise.all(closed);
      const third = await start(iteration, { routes: [{ path: '/late', handler: () => pause(50).then(() => ({ body: 'right' })) }] });
      const reply = ask(third.url, { path: '/late' });
      await pause(20);
      release({ body: 'late' });
      assert.equal((await reply).body.toString(), 'right');
      assert.equal((await ask(other.url, { path: '/late' })).body.toString(), 'late');
      await other.close({ graceMs: 0 });
      await third.close({ graceMs: 0 });
    });
  });
}

describe('a gateway whose last events come too late', { skip: NOT_LINUX }, () => {
  it('tells its handlers, and what they answer reaches no other gateway', async () => {
    let release = (_: GatewayResponse) => {};
    const late = new Promise<GatewayResponse>((resolve) => {
      release = resolve;
    });
    let isAborted = false;
    const handler = (request: GatewayRequest) => {
      request.signal.addEventListener('abort', () => {
        isAborted = true;
      });
      return late;
    };
    const first = await start('v0.6', { threads: 2, routes: [{ path: '/h', handler }] });
    const cut = assert.rejects(ask(first.url, { path: '/h' }));
    await pause(100);
    // Behind this, timers come before what threads send.
    await new Promise(setImmediate);
    const closed = first.close({ graceMs: 0 });
    // Longer than it waits for them.
    for (const end = Date.now() + 1_300; Date.now() < end; );
    await closed;
    await cut;
    const routes = [{ path: '/h', handler: () => pause(200).then(() => ({ body: 'right' })) }];
    const second = await start('v0.6', { threads: 2, routes });
    const reply = ask(second.url, { path: '/h' });
    await pause(100);
    release({ body: Buffer.alloc(HELD, 'wrong') });
    assert.equal((await reply).body.toString(), 'right');
    assert.equal(isAborted, true);
    await second.close({ graceMs: 0 });
  });

  for (const [io, transport] of [
    ['auto', 'epoll'],
    ['epoll', 'epoll'],
    ['uring', 'io_uring'],
  ] as const)
    it(`asks the kernel by ${transport} for io: '${io}', and says so`, async (test) => {
      const started = start('v0.6', { io, threads: 1 });
      const gateway = await started.catch((error: NodeJS.ErrnoException) => {
        // A system without it says that, and not that it cannot listen.
        assert.deepEqual([io, error.code], ['uring', 'ENOSYS']);
        assert.match(error.message, /no io_uring that can be used/);
      });
      if (gateway === undefined) return test.skip('this system has no io_uring');
      assert.equal(gateway.transport, transport);
      assert.equal((await ask(gateway.url, { path: '/echo' })).body.toString(), '{"message":"hello"}');
      await gateway.close();
    });

  it('may be closed right before the process ends', () => {
    const folder = new URL('../../../dist/', import.meta.url);
    const addon = readdirSync(folder).find((name) => name.endsWith('.node')) as string;
    const options = `{ address: '127.0.0.1:0', isShared: false, group: 0, threads: 0, isUring: false, isEach: false, runsPlans: true,
      logs: false, limits: [1e4, 100, 1e6, 1000, 100, 1e4, 1e4, 1e4, 1e4, 1e4], routes: [], counters: 1 }`;
    const script = `const native = createRequire(${JSON.stringify(folder.href)})('./${addon}');
      native.gatewayClose(native.gatewayOpen(${options}, () => {})); process.exit(6);`;
    assert.deepEqual(run(`import { createRequire } from 'node:module'; ${script}`), { code: 6, signal: null, out: '' });
  });
});

/** Runs a script against the package in a process of its own, whose allocator overwrites what is freed. */
function run(script: string): { code: number | null; signal: string | null; out: string } {
  const entry = import.meta.resolve('lanewise/gateway');
  const head = `import { serve } from ${JSON.stringify(entry)}; import { Worker, isMainThread, parentPort } from 'node:worker_threads'; import { connect } from 'node:net';`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', head + script], {
    cwd: new URL(pathToFileURL(`${process.cwd()}/`)),
    env: { ...process.env, MALLOC_PERTURB_: '255' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: child.status, signal: child.signal, out: child.stdout + child.stderr };
}

for (const iteration of NATIVE) {
  describe(`the end of a process with ${iteration}`, { skip: NOT_LINUX }, () => {
    const serving = (handler: string) =>
      `const gateway = await serve({ iteration: '${iteration}', listen: { port: 0 }, routes: [{ path: '/h', handler: ${handler} }] });
       const socket = connect(Number(new URL(gateway.url).port)); socket.on('error', () => {});
       socket.write('GET /h HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET /h HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n');`;
    const inWorker = (script: string, then: string) =>
      `const worker = new Worker(${JSON.stringify(`import { serve } from ${JSON.stringify(import.meta.resolve('lanewise/gateway'))}; import { connect } from 'node:net'; import { parentPort } from 'node:worker_threads';${script}`)}, { eval: true, execArgv: ['--input-type=module'] }); worker.on('error', () => {}); ${then}`;

    it('within a handler', () => {
      assert.deepEqual(run(serving('() => process.exit(3)')), { code: 3, signal: null, out: '' });
    });

    it('right behind the close of the gateway', () => {
      // The turn of the loop that closes its handles never comes.
      const script = `${serving(`() => ({ body: '' })`)} socket.on('data', async () => {
        const closing = gateway.close({ graceMs: 0 }); socket.destroy(); await closing; process.exit(4); });`;
      assert.deepEqual(run(script), { code: 4, signal: null, out: '' });
    });

    it('by an error of the process within a handler', () => {
      const { code, signal, out } = run(serving(`() => { queueMicrotask(() => { throw new Error('mine'); }); return { body: '' }; }`));
      assert.deepEqual([code, signal], [1, null]);
      assert.match(out, /mine/);
    });

    it('of a worker that is terminated, or exits, or runs for ever in a handler', () => {
      for (const handler of [
        `() => { parentPort.postMessage(1); return new Promise(() => {}); }`,
        `() => { parentPort.postMessage(1); process.exit(); }`,
        `() => { parentPort.postMessage(1); for (;;); }`,
      ]) {
        const script = inWorker(
          serving(handler),
          `worker.once('message', () => setTimeout(() => worker.terminate(), 50)); worker.on('exit', () => { process.exitCode = 5; });`,
        );
        assert.deepEqual(run(script), { code: 5, signal: null, out: '' });
      }
    });
  });
}
