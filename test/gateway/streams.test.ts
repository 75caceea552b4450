import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it, type Mock, mock } from 'node:test';
import type { Gateway, GatewayRequest, GatewayResponse } from 'lanewise/gateway';
import { type Ask, ask, ITERATIONS, start, Wire } from './helpers.ts';

/** More than the system keeps between two sockets. */
const BODY_BYTES = 24_000_000;
const PIECE = Buffer.alloc(50_000, 'piece ');
const HEAD = 'POST /s HTTP/1.1\r\nHost: a\r\n';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const hash = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');

async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A stream of `count` pieces, and how many of them have been asked for. */
function pieces(count: number, piece: Uint8Array | string = PIECE) {
  const state = { pulled: 0, isCancelled: false };
  const stream = new ReadableStream<Uint8Array | string>(
    {
      pull(controller) {
        if (state.pulled++ < count) controller.enqueue(piece);
        else controller.close();
      },
      cancel() {
        state.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { state, stream };
}

let answer: (request: GatewayRequest) => GatewayResponse | Promise<GatewayResponse>;

for (const iteration of ITERATIONS) {
  describe(`streams in ${iteration}`, () => {
    let gateway: Gateway;
    let log: Mock<typeof process.stderr.write>;
    const handler = (request: GatewayRequest) => answer(request);
    const call = (reply: typeof answer, request: Ask = {}) => {
      answer = reply;
      return ask(gateway.url, { path: '/s', ...request });
    };
    const lines = () => log.mock.calls.map(({ arguments: [text] }) => String(text)).join('');

    before(async () => {
      gateway = await start(iteration, {
        routes: [
          { path: '/s', handler, stream: true },
          { path: '/whole', handler },
        ],
        limits: { bodyBytes: BODY_BYTES },
      });
    });
    after(() => gateway.close());
    beforeEach(() => {
      log = mock.method(process.stderr, 'write', () => true);
    });
    afterEach(() => log.mock.restore());

    it('give a body to the handler', async () => {
      const body = [PIECE, Buffer.alloc(0), Buffer.from('end')];
      const reply = await call(async (request) => ({ body: hash(await collect(request.stream())) }), { method: 'POST', body });
      assert.equal(reply.body.toString(), hash(Buffer.concat(body)));
    });

    it('give a body of a known length', async () => {
      const body = Buffer.alloc(1_000_000, 'abc');
      const reply = await call(async (request) => ({ body: hash(await collect(request.stream())) }), { method: 'POST', body });
      assert.equal(reply.body.toString(), hash(body));
    });

    it('give no body where there is none', async () => {
      const reply = await call(async (request) => ({ body: String((await collect(request.stream())).length) }));
      assert.equal(reply.body.toString(), '0');
    });

    it('give a body that has arrived, where the route does not say stream', async () => {
      const reply = await call(async (request) => ({ body: await collect(request.stream()) }), {
        method: 'POST',
        path: '/whole',
        body: 'text',
      });
      assert.equal(reply.body.toString(), 'text');
    });

    it('call the handler before the body has arrived', async () => {
      let first = '';
      answer = async (request) => {
        const reader = request.stream().getReader();
        const { value } = await reader.read();
        first = Buffer.from(value as Uint8Array).toString();
        let rest = '';
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          rest += Buffer.from(value).toString();
        }
        return { body: `${first}|${rest}` };
      };
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 6\r\n\r\nabc`);
      while (first === '') await pause(2);
      assert.equal(first, 'abc');
      wire.send('def');
      await wire.until(/abc\|def$/);
      wire.close();
    });

    it('have no bytes, text or JSON of what has not arrived', async () => {
      for (const read of ['bytes', 'text', 'json'] as const) {
        const reply = await call((request) => ({ body: request[read]() as string }), { method: 'POST', body: '1' });
        assert.equal(reply.status, 500);
      }
      assert.match(lines(), /threw TypeError: the body of a route with `stream` is read by stream\(\)/);
    });

    it('take a body no faster than the handler does', async () => {
      let take = () => {};
      const taken = new Promise<void>((resolve) => {
        take = resolve;
      });
      answer = async (request) => {
        const stream = request.stream();
        await taken;
        return { body: String((await collect(stream)).length) };
      };
      const wire = await Wire.open(gateway.url);
      const size = BODY_BYTES;
      wire.send(`${HEAD}Content-Length: ${size}\r\n\r\n`);
      wire.send(Buffer.alloc(size));
      await pause(150);
      assert.ok(wire.socket.writableLength > 0);
      take();
      await wire.until(new RegExp(`\r\n\r\n${size}$`));
      wire.close();
    });

    it('end with 413 for a body beyond the limit', async () => {
      answer = async (request) => ({ body: String((await collect(request.stream())).length) });
      const announced = await Wire.open(gateway.url);
      announced.send(`${HEAD}Content-Length: ${BODY_BYTES + 1}\r\n\r\n`);
      assert.match(await announced.until(/\}\}$/), /^HTTP\/1\.1 413 /);
      announced.close();
      const chunked = await Wire.open(gateway.url);
      chunked.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      for (let i = 0; i < 25; i++) chunked.send(`${(1_000_000).toString(16)}\r\n${'1'.repeat(1_000_000)}\r\n`);
      assert.match(await chunked.until(/\}\}$/), /^HTTP\/1\.1 413 /);
      chunked.close();
      await pause(20);
      assert.equal(lines(), '');
    });

    it('tell a handler that reads when the client goes', async () => {
      const failed = new Promise<Error>((resolve) => {
        answer = async (request) => {
          try {
            await collect(request.stream());
          } catch (error) {
            resolve(error as Error);
            throw error;
          }
          return {};
        };
      });
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 10\r\n\r\nabc`);
      await pause(20);
      wire.close();
      assert.match((await failed).message, /before the body was read/);
      assert.equal(lines(), '');
    });

    it('answer before the body has been read', async () => {
      answer = () => ({ body: 'enough' });
      const wire = await Wire.open(gateway.url);
      wire.send(`${HEAD}Content-Length: 100000\r\n\r\n`);
      wire.send('x'.repeat(50_000));
      await wire.until(/enough$/);
      wire.close();
    });

    it('send an answer in pieces', async () => {
      const { stream } = pieces(20);
      const reply = await call(() => ({ headers: { 'content-type': 'text/x' }, body: stream }));
      assert.deepEqual([reply.headers['content-type'], reply.headers['transfer-encoding']], ['text/x', 'chunked']);
      assert.equal(hash(reply.body), hash(Buffer.concat(Array(20).fill(PIECE))));
    });

    it('send strings, and leave empty pieces out', async () => {
      const stream = new ReadableStream({
        start(controller) {
          for (const piece of ['ü', '', new Uint8Array(0), 'end']) controller.enqueue(piece);
          controller.close();
        },
      });
      const reply = await call(async () => ({ status: 201, body: stream }));
      assert.deepEqual([reply.status, reply.headers['content-type'], reply.body.toString()], [201, 'application/octet-stream', 'üend']);
    });

    it('send nothing but the head to HEAD', async () => {
      const { stream, state } = pieces(5);
      const reply = await call(() => ({ body: stream }), { method: 'HEAD' });
      assert.deepEqual([reply.status, reply.body.length], [200, 0]);
      assert.equal(state.isCancelled, true);
    });

    it('pass a body on as the answer', async () => {
      const body = Array<Buffer>(40).fill(PIECE);
      const reply = await call((request) => ({ body: request.stream() }), { method: 'POST', body });
      assert.equal(hash(reply.body), hash(Buffer.concat(body)));
    });

    it('keep the connection for the next request', async () => {
      answer = () => ({ body: pieces(2, 'abc').stream });
      const wire = await Wire.open(gateway.url);
      wire.send('GET /s HTTP/1.1\r\nHost: a\r\n\r\nGET /s HTTP/1.1\r\nHost: a\r\n\r\n');
      const received = await wire.until(/(3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n.*){2}$/s);
      assert.equal(received.match(/^HTTP\/1\.1 200/gm)?.length, 2);
      wire.close();
    });

    it('end with the connection for HTTP/1.0', async () => {
      answer = () => ({ body: pieces(2, 'abc').stream });
      const wire = await Wire.open(gateway.url);
      wire.send('GET /s HTTP/1.0\r\n\r\n');
      assert.match(await wire.untilClosed(), /\r\n\r\nabcabc$/);
    });

    it('send an answer no faster than the client takes it, and are cancelled when it goes', async () => {
      const { stream, state } = pieces(2000);
      answer = () => ({ body: stream });
      const wire = await Wire.open(gateway.url);
      wire.socket.pause();
      wire.send('GET /s HTTP/1.1\r\nHost: a\r\n\r\n');
      let before = -1;
      while (state.pulled === 0 || before !== state.pulled) {
        before = state.pulled;
        await pause(50);
      }
      assert.ok(state.pulled < 2000, `${state.pulled} pieces were asked for`);
      wire.close();
      for (let i = 0; i < 200 && !state.isCancelled; i++) await pause(10);
      assert.equal(state.isCancelled, true);
      assert.equal(lines(), '');
    });

    it('cut the connection when they fail, with a line in the log', async () => {
      const stream = new ReadableStream({
        pull(controller) {
          controller.enqueue('part');
          controller.error(new Error('no more'));
        },
      });
      const wrong = new ReadableStream({ pull: (controller) => controller.enqueue(7) });
      for (const body of [stream, wrong]) {
        answer = () => ({ body });
        const wire = await Wire.open(gateway.url);
        wire.send('GET /s HTTP/1.1\r\nHost: a\r\n\r\n');
        assert.doesNotMatch(await wire.untilClosed(), /\r\n0\r\n\r\n$/);
      }
      assert.match(
        lines(),
        /GET \/s: the stream of the answer threw Error: no more.*\n.*threw TypeError: gave a piece that is neither bytes/,
      );
      assert.equal((await call(() => ({ body: 'alive' }))).body.toString(), 'alive');
    });

    it('end by a reset where an end would say that they are whole (RFC 9112 section 8)', async () => {
      let controller: ReadableStreamDefaultController | undefined;
      const body = new ReadableStream({
        start(given) {
          controller = given;
          controller.enqueue('part');
        },
      });
      answer = () => ({ body });
      const wire = await Wire.open(gateway.url);
      wire.send('GET /s HTTP/1.0\r\n\r\n');
      // A client on libuv takes a reset that comes together with data for an end.
      await wire.until(/part$/);
      controller?.error(new Error('no more'));
      assert.match(await wire.untilClosed(), /part$/);
      assert.equal(wire.isReset, true);
    });

    it('are a 500 when somebody else reads them', async () => {
      const { stream } = pieces(1);
      stream.getReader();
      assert.equal((await call(() => ({ body: stream }))).status, 500);
    });
  });
}
