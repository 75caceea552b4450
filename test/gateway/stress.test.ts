import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import { ask, ITERATIONS, type Iteration } from './helpers.ts';

/*
 * A gateway in a process of its own, and more than it likes. LANEWISE_STRESS=full takes the sizes that it is made for; by default they are
 * such that a busy machine is done in seconds.
 */

const IS_FULL = process.env.LANEWISE_STRESS === 'full';
const SLOW = IS_FULL ? 10_000 : 500;
/** Of the throughput without slow clients. Short rounds beside other tests tell no more than that the slow ones do not hold up the others. */
const SHARE_MIN = IS_FULL ? 0.95 : 0.25;
const ROUND_MS = IS_FULL ? 5_000 : 400;
const ROUNDS = 3;
const CLIENTS = 1_000;
const DESCRIPTORS = 256;
const NOT_LINUX = process.platform !== 'linux' && 'limits and times of processes are read as Linux has them';

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The newest on node:http, and the newest. */
const TRIED: readonly Iteration[] = [...new Set<Iteration>(['v0.3', ITERATIONS.at(-1) as Iteration])];

const home = mkdtempSync(join(tmpdir(), 'lanewise-stress-'));
after(() => rmSync(home, { recursive: true }));
writeFileSync(
  join(home, 'config.mjs'),
  `export default { listen: { port: 0 }, routes: [
  { path: '/echo', echo: true },
  { path: '/slow', handler: () => new Promise((resolve) => setTimeout(resolve, 20, { body: 'slow' })) },
] };`,
);

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
}

async function run(iteration: Iteration, { descriptors = 0, port = 0 } = {}): Promise<Running> {
  const limit = descriptors === 0 ? '' : `ulimit -n ${descriptors}; `;
  const command = [
    process.execPath,
    resolve('dist/cli.js'),
    'gateway',
    '--config',
    'config.mjs',
    '--iteration',
    iteration,
    '--port',
    String(port),
  ];
  const script = `${limit}exec "$@"`;
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], { cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const url = /http:\/\/\S+/.exec(String(line))?.[0] as string;
  return { child, url, port: Number(new URL(url).port) };
}

async function end({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Sends one request after the other on one connection, until told to stop. */
class Client {
  answered = 0;
  /** Answers that broke off, and requests of before the mark that had none. */
  failed = 0;
  /** From now on a connection may close under a request: the client was told, or could not know yet. */
  isEnding = false;
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #path: string;
  #received = '';
  #isMarked = false;
  #isStopped = false;

  constructor(port: number, path: string) {
    this.#path = path;
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('latin1').on('data', (text: string) => this.#take(text));
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.on('close', resolve)).then(() => this.#end());
    this.#send();
  }

  stop(): void {
    this.#isStopped = true;
    this.#socket.destroy();
  }

  #send(): void {
    this.#isMarked = this.isEnding;
    this.#socket.write(GET(this.#path));
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    const size = Number(/^content-length: (\d+)$/im.exec(this.#received)?.[1]);
    if (end < 0 || this.#received.length < end + 4 + size) return;
    if (!this.#received.startsWith('HTTP/1.1 200 ')) this.failed++;
    this.answered++;
    const isLast = /^connection: close$/im.test(this.#received);
    this.#received = '';
    if (isLast) this.#isStopped = true;
    else this.#send();
  }

  #end(): void {
    if (!this.#isStopped && (this.#received !== '' || !this.#isMarked)) this.failed++;
  }
}

/** Answers that some clients get in one round. */
async function throughput(port: number): Promise<number> {
  const clients = Array.from({ length: 10 }, () => new Client(port, '/echo'));
  await pause(ROUND_MS);
  for (const client of clients) client.stop();
  await Promise.all(clients.map(({ closed }) => closed));
  assert.equal(
    clients.reduce((sum, { failed }) => sum + failed, 0),
    0,
  );
  return clients.reduce((sum, { answered }) => sum + answered, 0);
}

/** Connections that send a byte now and then. */
async function slowClients(port: number): Promise<() => void> {
  const sockets: Socket[] = [];
  for (let i = 0; i < SLOW; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    if (i % 200 === 199) await once(socket, 'connect');
  }
  const text = GET('/echo');
  let at = 0;
  const trickle = setInterval(() => {
    for (const socket of sockets) socket.write(text[at % text.length] as string);
    at++;
  }, 10_000);
  for (const socket of sockets) socket.write('G');
  return () => {
    clearInterval(trickle);
    for (const socket of sockets) socket.destroy();
  };
}

/** Milliseconds of the processor that a process has taken. */
function processorMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  // User and system time, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

for (const iteration of TRIED) {
  describe(`${iteration} under stress`, { skip: NOT_LINUX }, () => {
    it('drains under load without a failed request', async () => {
      const running = await run(iteration);
      const clients = Array.from({ length: 100 }, (_, i) => new Client(running.port, i % 2 === 0 ? '/slow' : '/echo'));
      await pause(300);
      const ended = once(running.child, 'exit');
      for (const client of clients) client.isEnding = true;
      running.child.kill('SIGTERM');
      await Promise.all(clients.map(({ closed }) => closed));
      assert.deepEqual(await ended, [0, null]);
      assert.equal(
        clients.reduce((sum, { failed }) => sum + failed, 0),
        0,
      );
      assert.ok(clients.some(({ answered }) => answered > 1));
    });

    it(`serves others at ${SHARE_MIN * 100} % of its throughput or more while ${SLOW} clients send a byte in 10 s`, async () => {
      const running = await run(iteration);
      try {
        await throughput(running.port);
        const [alone, beside]: [number[], number[]] = [[], []];
        for (let round = 0; round < ROUNDS; round++) {
          alone.push(await throughput(running.port));
          const release = await slowClients(running.port);
          beside.push(await throughput(running.port));
          release();
        }
        const share = Math.max(...beside) / Math.max(...alone);
        assert.ok(share >= SHARE_MIN, `${share.toFixed(2)}: ${beside} beside ${alone}`);
      } finally {
        await end(running);
      }
    });

    it(`neither spins nor stops when ${CLIENTS} clients come to ${DESCRIPTORS} descriptors`, async () => {
      const running = await run(iteration, { descriptors: DESCRIPTORS });
      try {
        const sockets = Array.from({ length: CLIENTS }, () => connect(running.port, '127.0.0.1').on('error', () => {}));
        await pause(500);
        const before = processorMs(running.child.pid as number);
        await pause(1_000);
        const spent = processorMs(running.child.pid as number) - before;
        assert.ok(spent < 300, `${spent} ms of the processor in a second without a request`);
        for (const socket of sockets) socket.destroy();
        await pause(200);
        assert.equal((await ask(running.url, { path: '/echo' })).status, 200);
      } finally {
        await end(running);
      }
    });

    it('leaves its port free when it is killed', async () => {
      const killed = await run(iteration);
      const client = new Client(killed.port, '/echo');
      await pause(100);
      await end(killed);
      await client.closed;
      const again = await run(iteration, { port: killed.port });
      try {
        assert.equal((await ask(again.url, { path: '/echo' })).status, 200);
      } finally {
        await end(again);
      }
    });
  });
}
