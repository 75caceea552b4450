import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Gateway, GatewayRequest, Iteration } from 'lanewise/gateway';
import { ITERATIONS, start } from './helpers.ts';

/*
 * Requests that are nearly right, to a gateway and to a plain server of node:http: both accept and say the same of what came, or both refuse.
 * Where they differ there must be a reason for it.
 */

const SEED = Number(process.env.LANEWISE_SEED ?? 7);
const RUNS = Number(process.env.LANEWISE_RUNS ?? 600);
const AT_ONCE = 50;
const PATIENCE_MS = 5_000;

const FIELDS = 'Host: a\r\nX: one\r\n';
const SEEDS = [
  `GET /see?q=1 HTTP/1.1\r\n${FIELDS}\r\n`,
  'GET /see HTTP/1.0\r\nX: old\r\n\r\n',
  `GET http://a:80/see HTTP/1.1\r\n${FIELDS}\r\n`,
  `POST /see HTTP/1.1\r\n${FIELDS}Content-Length: 5\r\n\r\nhello`,
  `POST /see HTTP/1.1\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;ext="a"\r\nabc\r\n0\r\nTrailer: x\r\n\r\n`,
  `PUT /see HTTP/1.1\r\n${FIELDS}Connection: close\r\nContent-Length: 2\r\n\r\n{}`,
  `GET /see/1 HTTP/1.1\r\n${FIELDS}\r\nGET /see/2 HTTP/1.1\r\nHost: b\r\n\r\n`,
  `POST /see HTTP/1.1\r\n${FIELDS}Content-Length: 3\r\n\r\nabcGET /see/2 HTTP/1.1\r\nHost: b\r\n\r\n`,
  `DELETE /see HTTP/1.1\r\nHost: [::1]:8080\r\nX: \r\nx: two\r\nAccept: */*\r\n\r\n`,
  `POST /see HTTP/1.1\r\n${FIELDS}Expect: 100-continue\r\nContent-Length: 1\r\n\r\n1`,
];
const SPECIAL = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ',',
  ';',
  '"',
  '0',
  '1',
  '9',
  'a',
  '\0',
  '\x01',
  '\x7f',
  '\x80',
  '\xff',
  '/',
  '?',
  '#',
  '%',
  '*',
  '-',
  '+',
  '.',
];

/** Why a gateway refuses what node:http takes, or the other way round. `text` is the whole request. */
const EXCEPTIONS: readonly {
  readonly reason: string;
  readonly iterations?: readonly Iteration[];
  readonly fits: (text: string) => boolean;
}[] = [
  {
    reason: 'versions besides 1.0 and 1.1 are a 505',
    fits: (text) => lines(text).some((line) => / (HTTP\/(?!1\.[01]$).*)$/.test(line)) || /^[A-Z]+ \S+\r\n/m.test(text),
  },
  {
    reason: 'a Host that is none is a 400',
    fits: (text) => values(text, 'host').some((host) => !isHost(host)),
  },
  {
    reason: 'more than one Host is a 400',
    fits: (text) => text.split('\r\n\r\n').some((head) => values(head, 'host').length > 1),
  },
  {
    reason: 'a coding besides chunked is a 501',
    fits: (text) => values(text, 'transfer-encoding').some((coding) => coding.toLowerCase() !== 'chunked'),
  },
  {
    reason: 'HTTP/1.0 with a coding is a 400',
    fits: (text) => / HTTP\/1\.0\r\n/.test(text) && values(text, 'transfer-encoding').length > 0,
  },
  {
    reason: 'a path that is no percent-encoded UTF-8 has no params',
    fits: (text) => lines(text).some((line) => /^\S+ [^? ]*%/.test(line)),
  },
  {
    reason: 'a target that is no path has no route',
    fits: (text) => lines(text).some((line) => /^[A-Z]+ +(?!\/|https?:\/\/)\S* +HTTP/.test(line)),
  },
  { reason: 'a path stands behind the authority', fits: (text) => lines(text).some((line) => /^[A-Z]+ +\w+:\/\//.test(line)) },
  // What the parser of the native transport decides by itself.
  {
    reason: 'one space stands in a request line',
    iterations: native(),
    fits: (text) => lines(text).some((line) => /^\S+ {2,}\S|\S {2,}HTTP/.test(line)),
  },
  { reason: 'a target has no fragment', fits: (text) => lines(text).some((line) => /^\S+ [^ ]*#/.test(line)) },
  { reason: 'a bare LF ends nothing, an empty line neither', iterations: native(), fits: (text) => /(^|[^\r])\n/.test(text) },
  {
    reason: 'methods are not a list',
    iterations: native(),
    fits: (text) => lines(text).some((line) => /^[!#$%&'*+.^`|~\w-]+ \S+ HTTP/.test(line) && !/^(GET|POST|PUT|DELETE) /.test(line)),
  },
  {
    reason: 'white space around a length or a coding counts for nothing',
    iterations: native(),
    fits: (text) => /^(content-length|transfer-encoding):[ \t]*\t|^(content-length|transfer-encoding):.*\t\r$/im.test(text),
  },
  {
    reason: 'white space stands before a semicolon of a chunk',
    iterations: native(),
    fits: (text) => /^[\da-f]+[ \t]+;|;[ \t]/im.test(text),
  },
  {
    reason: 'a trailer may have any name',
    iterations: native(),
    fits: (text) => /\r\n0[^\r]*\r\n[\s\S]*(content-length|transfer-encoding)/i.test(text),
  },
];

function native(): readonly Iteration[] {
  return ITERATIONS.filter((name) => name > 'v0.3');
}

function isHost(value: string): boolean {
  const [, name, address = ''] = /^(?:([\w.~!$&'()*+,;=%-]*)|\[(.*)\])(?::\d*)?$/.exec(value) ?? [];
  return name !== undefined ? !/%(?![\da-f]{2})/i.test(name) : isIPv6(address);
}

function lines(text: string): string[] {
  return text.split('\r\n');
}

function values(text: string, name: string): string[] {
  const pattern = new RegExp(`^${name}[ \t]*:[ \t]*(.*?)[ \t]*$`, 'i');
  return lines(text).flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

/** Numbers from 0 to below 1 that a seed gives (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mutate(text: string, next: () => number): string {
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(items: readonly T[]) => items[below(items.length)] as T;
  let mutated = text;
  for (let i = below(3); i >= 0; i--) {
    const at = below(mutated.length);
    const all = lines(mutated);
    const line = below(all.length);
    mutated = pick([
      () => mutated.slice(0, at) + pick(SPECIAL) + mutated.slice(at),
      () => mutated.slice(0, at) + pick(SPECIAL) + mutated.slice(at + 1),
      () => mutated.slice(0, at) + mutated.slice(at + 1),
      () => all.flatMap((text, i) => (i === line ? [text, text] : text)).join('\r\n'),
      () => all.filter((_, i) => i !== line).join('\r\n'),
      () => mutated.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
    ])();
  }
  return mutated;
}

/** The bodies of the answers that are successes, up to the first that is none. */
async function accepted(port: number, text: string): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.on('error', () => {});
  // What is incomplete never will be more.
  socket.end(text, 'latin1');
  await new Promise((resolve) => socket.on('close', resolve));
  clearTimeout(patience);
  return successes(received);
}

/** A plain server drops answers that are under way when what follows them is malformed: without that it gives the same. */
async function isCutShort(text: string, ours: readonly string[], port: number): Promise<boolean> {
  if (ours.length === 0) return false;
  const starts = Array.from({ length: text.length }, (_, i) => text.slice(0, text.length - i));
  const all = await Promise.all(starts.map((start) => accepted(port, start)));
  return all.some((theirs) => JSON.stringify(theirs) === JSON.stringify(ours));
}

/** What a client reads that stops at the first answer which is no success. */
function successes(received: string): string[] {
  const bodies: string[] = [];
  for (let at = 0; ; ) {
    const end = received.indexOf('\r\n\r\n', at);
    const head = received.slice(at, end);
    at = end + 4;
    if (end < 0 || !/^HTTP\/1\.1 (100|200) /.test(head)) return bodies;
    if (head.startsWith('HTTP/1.1 100')) continue;
    const size = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
    bodies.push(Buffer.from(received.slice(at, at + size), 'latin1').toString());
    at += size;
  }
}

const shown = (method: string, target: string, x: string | undefined, body: Uint8Array) =>
  JSON.stringify([method, target, x ?? null, Buffer.from(body).toString('latin1')]);

for (const iteration of ITERATIONS) {
  describe(`${iteration} beside node:http`, () => {
    let gateway: Gateway;
    let plain: Server;
    before(async () => {
      const handler = (request: GatewayRequest) => ({
        body: shown(request.method, request.path + (request.query === '' ? '' : `?${request.query}`), request.header('x'), request.bytes()),
        headers: { 'content-type': 'application/json' },
      });
      gateway = await start(iteration, { routes: [{ path: '/*', handler }] });
      plain = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of request) chunks.push(chunk as Buffer);
        } catch {
          return;
        }
        const target = (request.url as string).replace(/\?$/, '');
        const text = shown(request.method as string, target, request.headers.x as string | undefined, Buffer.concat(chunks));
        response.writeHead(200, { 'Content-Length': Buffer.byteLength(text) }).end(text);
      });
      await once(plain.listen(0, '127.0.0.1'), 'listening');
    });
    after(async () => {
      plain.closeAllConnections();
      plain.close();
      await gateway.close({ graceMs: 100 });
    });

    it(`agrees on requests that are nearly right (LANEWISE_SEED=${SEED}), or has a reason`, async () => {
      const next = random(SEED);
      const requests = Array.from({ length: RUNS }, (_, i) => mutate(SEEDS[i % SEEDS.length] as string, next));
      const ports = [Number(new URL(gateway.url).port), (plain.address() as AddressInfo).port] as const;
      const counts = new Map<string, number>();
      const faults: string[] = [];
      const compare = async (text: string) => {
        const [ours, theirs] = await Promise.all(ports.map((port) => accepted(port, text)));
        const isSame = JSON.stringify(ours) === JSON.stringify(theirs) || (await isCutShort(text, ours as string[], ports[1]));
        const exception = EXCEPTIONS.find(
          ({ iterations, fits }) => (iterations === undefined || iterations.includes(iteration)) && fits(text),
        );
        if (!isSame && exception === undefined)
          faults.push(`${JSON.stringify(text)}: the gateway says ${JSON.stringify(ours)}, node:http ${JSON.stringify(theirs)}`);
        const outcome = isSame ? (ours?.length === 0 ? 'both refuse' : 'both accept') : (exception?.reason ?? 'no reason');
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      };
      for (let i = 0; i < requests.length; i += AT_ONCE) await Promise.all(requests.slice(i, i + AT_ONCE).map(compare));
      assert.equal(faults.length, 0, faults.join('\n'));
      // A run in which nothing is refused, or nothing accepted, shows nothing.
      assert.ok((counts.get('both refuse') ?? 0) > RUNS / 10, JSON.stringify([...counts]));
      assert.ok((counts.get('both accept') ?? 0) > RUNS / 10, JSON.stringify([...counts]));
    });
  });
}

/** What nginx refuses although the gateway takes it. */
const NGINX_REFUSES: readonly { readonly reason: string; readonly fits: (text: string) => boolean }[] = [
  { reason: 'white space is spaces', fits: (text) => text.includes('\t') },
  { reason: 'one Expect is enough', fits: (text) => values(text, 'expect').length > 1 },
  {
    reason: 'TRACE and methods of other alphabets are a 405 or a 400',
    fits: (text) => lines(text).some((line) => /^(?!GET |POST |PUT |DELETE )\S+ \S+ HTTP/.test(line)),
  },
  {
    reason: 'a host has no escapes and no empty port',
    fits: (text) => values(text, 'host').some((host) => !/^[\w.-]+(:\d+)?$/.test(host)),
  },
  {
    reason: 'a target has no host of its own beside another one',
    fits: (text) => lines(text).some((line) => /^[A-Z]+ +\w+:\/\//.test(line)),
  },
  {
    reason: 'a path is decoded, and does not leave the root',
    fits: (text) => lines(text).some((line) => /^\S+ [^? ]*(%|\.\.|\0)/.test(line)),
  },
  {
    reason: 'a chunk of HTTP/1.0, an empty line before a request, and trailers are its own',
    fits: (text) => /^\r\n|\r\n\r\n\r\n/.test(text),
  },
];

const HAS_NGINX = spawnSync('nginx', ['-v']).status === 0;
const NO_NGINX = !HAS_NGINX && 'nginx is not installed: apt-get install nginx-light';

describe('the newest beside nginx', { skip: NO_NGINX }, () => {
  const home = mkdtempSync(join(tmpdir(), 'lanewise-nginx-'));
  let nginx: ChildProcess;
  let port: number;
  let gateway: Gateway;
  before(async () => {
    gateway = await start(ITERATIONS.at(-1) as Iteration, { routes: [{ path: '/*', handler: () => ({ body: 'ok' }) }] });
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    port = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${home}/${name};`).join(' ');
    writeFileSync(
      join(home, 'nginx.conf'),
      `daemon off; master_process off; pid ${home}/pid; error_log ${home}/error.log crit; events {}
      http { access_log off; ${paths} server { listen 127.0.0.1:${port}; location / { return 200 ok; } } }`,
    );
    nginx = spawn('nginx', ['-c', join(home, 'nginx.conf'), '-p', home], { stdio: 'ignore' });
    for (let i = 0; i < 200 && (await accepted(port, SEEDS[0] as string)).length === 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 25));
  });
  after(async () => {
    nginx.kill('SIGKILL');
    await gateway.close({ graceMs: 100 });
    rmSync(home, { recursive: true, force: true });
  });

  it(`takes no request that nginx refuses (LANEWISE_SEED=${SEED}), or has a reason`, async () => {
    const next = random(SEED);
    const requests = Array.from({ length: RUNS }, (_, i) => mutate(SEEDS[i % SEEDS.length] as string, next));
    const faults: string[] = [];
    let [both, neither] = [0, 0];
    const compare = async (text: string) => {
      const [ours, theirs] = await Promise.all([Number(new URL(gateway.url).port), port].map((port) => accepted(port, text)));
      const [took, takes] = [ours?.length as number, theirs?.length as number];
      if (took > 0 && takes >= took) both++;
      if (took === 0 && takes === 0) neither++;
      if (took > takes && !NGINX_REFUSES.some(({ fits }) => fits(text)))
        faults.push(`${JSON.stringify(text)}: ${took} taken, nginx takes ${takes}`);
    };
    for (let i = 0; i < requests.length; i += AT_ONCE) await Promise.all(requests.slice(i, i + AT_ONCE).map(compare));
    assert.equal(faults.length, 0, faults.join('\n'));
    assert.ok(both > RUNS / 10 && neither > RUNS / 10, `${both} by both, ${neither} by neither`);
  });
});
