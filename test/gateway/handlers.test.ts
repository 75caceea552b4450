import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, type Mock, mock } from 'node:test';
import { msgpack, Query } from 'lanewise';
import type { Gateway, GatewayRequest, GatewayResponse } from 'lanewise/gateway';
import { type Ask, ask, errorOf, ITERATIONS, start, Wire } from './helpers.ts';

const HANDLER_MS = 100;
const circular: Record<string, unknown> = {};
circular.self = circular;

/** What is no GatewayResponse, by what is wrong with it. */
const WRONG: Readonly<Record<string, unknown>> = {
  'is undefined': undefined,
  'is null': null,
  'is a number': 200,
  'is a string': 'text',
  'is an array': ['text'],
  'is an object of other things': { message: 'hello' },
  'has the status 199': { status: 199 },
  'has the status 600': { status: 600 },
  'has a status that is no integer': { status: 200.5 },
  'has a status that is a string': { status: '200' },
  'has a body that is a number': { body: 7 },
  'has a body that is null': { body: null },
  'has a body that is a function': { body: () => 1 },
  'has a body that refers to itself': { body: circular },
  'has a body with a BigInt': { body: { n: 1n } },
  'has a body for a status without one': { status: 204, body: 'text' },
  'has headers that are null': { headers: null },
  'has a header that is a number': { headers: { 'x-a': 1 } },
  'has a header with a line end': { headers: { 'x-a': 'a\r\nb: c' } },
  'has a header whose name has a space': { headers: { 'x a': 'a' } },
};

let seen: GatewayRequest | undefined;
let answer: (request: GatewayRequest) => unknown;

for (const iteration of ITERATIONS) {
  describe(`a handler in ${iteration}`, () => {
    let gateway: Gateway;
    let log: Mock<typeof process.stderr.write>;
    const handler = (request: GatewayRequest) => {
      seen = request;
      return answer(request) as GatewayResponse;
    };
    const call = (reply: typeof answer, request: Ask = {}) => {
      answer = reply;
      return ask(gateway.url, { path: '/h/a%20b?x=1&y', ...request });
    };
    const lines = () => log.mock.calls.map(({ arguments: [text] }) => String(text)).join('');

    before(async () => {
      gateway = await start(iteration, { routes: [{ path: '/h/:name', handler }], limits: { handlerMs: HANDLER_MS } });
    });
    after(() => gateway.close());
    beforeEach(() => {
      log = mock.method(process.stderr, 'write', () => true);
    });
    afterEach(() => log.mock.restore());

    it('sees the request', async () => {
      const reply = await call(
        (request) => ({
          body: [
            request.method,
            request.path,
            request.query,
            request.params,
            request.header('X-One'),
            request.header('x-two') ?? 'none',
            request.text(),
          ],
        }),
        { method: 'POST', headers: { 'x-one': '1' }, body: 'bödy' },
      );
      assert.equal(reply.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(reply.body.toString()), ['POST', '/h/a%20b', 'x=1&y', { name: 'a b' }, '1', 'none', 'bödy']);
    });

    it('picks from JSON and from MessagePack', async () => {
      const query = new Query({ id: '/id', last: '$.items[-1].name' });
      const pick: typeof answer = (request) => ({ body: request.pick(query) });
      const value = { items: [{ name: 'a' }, { name: 'b' }], id: 7 };
      assert.equal((await call(pick, { method: 'POST', body: JSON.stringify(value) })).body.toString(), '{"id":7,"last":"b"}');
      const headers = { 'content-type': 'application/x-msgpack' };
      assert.equal((await call(pick, { method: 'POST', headers, body: msgpack.encode(value) })).body.toString(), '{"id":7,"last":"b"}');
      const reply = await call(pick, { method: 'POST', body: '{"id":}' });
      assert.deepEqual([reply.status, errorOf(reply).code, errorOf(reply).offset], [400, 'LW_JSON_UNEXPECTED', 6]);
      assert.equal(lines(), '');
    });

    it('gets the bytes of a body in pieces', async () => {
      const pieces = [Buffer.alloc(70_000, 1), Buffer.alloc(70_000, 2), Buffer.of(3)];
      const reply = await call((request) => ({ body: request.bytes() }), { method: 'POST', body: pieces });
      assert.deepEqual(reply.body, Buffer.concat(pieces));
      assert.equal(reply.headers['content-type'], 'application/octet-stream');
    });

    it('may keep the bytes', async () => {
      const body = Buffer.alloc(200_000, 'a');
      await call(() => ({}), { method: 'POST', body });
      const kept = (seen as GatewayRequest).bytes();
      await call(() => ({}), { method: 'POST', body: Buffer.alloc(200_000, 'b') });
      assert.deepEqual(Buffer.from(kept), body);
    });

    it('answers with status, headers and text', async () => {
      const reply = await call(() => ({ status: 202, headers: { 'x-a': 'b', 'Content-Type': 'text/html' }, body: '<ü>' }));
      assert.deepEqual(
        [reply.status, reply.headers['x-a'], reply.headers['content-type'], reply.body.toString()],
        [202, 'b', 'text/html', '<ü>'],
      );
    });

    it('answers later', async () => {
      const reply = await call(async (request) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return { body: request.path };
      });
      assert.equal(reply.body.toString(), '/h/a%20b');
    });

    it('answers with nothing', async () => {
      const reply = await call(() => ({}));
      assert.deepEqual([reply.status, reply.headers['content-length'], reply.headers['content-type']], [200, '0', undefined]);
      assert.deepEqual((await call(() => ({ status: 204 }))).headers['content-length'], undefined);
    });

    it('leaves framing to the gateway', async () => {
      const reply = await call(() => ({
        headers: { 'Content-Length': '1', 'transfer-encoding': 'gzip', Connection: 'upgrade' },
        body: 'whole',
      }));
      assert.deepEqual(
        [reply.headers['content-length'], reply.headers['transfer-encoding'], reply.body.toString()],
        ['5', undefined, 'whole'],
      );
    });

    for (const [what, wrong] of Object.entries(WRONG)) {
      it(`is a 500 and a line in the log when its answer ${what}`, async () => {
        for (const reply of [await call(() => wrong), await call(async () => wrong)]) {
          assert.equal(reply.status, 500);
          assert.equal(errorOf(reply).code, 'INTERNAL');
        }
        assert.match(lines(), /^(lanewise gateway: GET \/h\/a%20b: the handler threw [^\n]*\n){2}$/);
      });
    }

    it('is a 500 and one line in the log when it throws', async () => {
      const failures: (() => unknown)[] = [
        () => {
          throw new Error('two\nlines \u001b[31m');
        },
        async () => {
          throw 'no error';
        },
        () => {
          throw undefined;
        },
      ];
      for (const failure of failures) assert.equal((await call(failure)).status, 500);
      assert.match(
        lines(),
        /^lanewise gateway: GET \/h\/a%20b: the handler threw Error: two\\x0alines \\x1b\[31m \(at [^\n]*\)\n[^\n]*threw no error\n[^\n]*threw undefined\n$/,
      );
      assert.equal((await call(() => ({ body: 'alive' }))).body.toString(), 'alive');
    });

    it('answers 400 for input that it does not check, and is not logged', async () => {
      const bad = Buffer.of(0x5b, 0xff);
      assert.deepEqual(errorOf(await call((request) => ({ body: request.text() }), { method: 'POST', body: bad })).offset, 1);
      assert.equal((await call(async (request) => ({ body: request.json() as object }), { method: 'POST', body: '{' })).status, 400);
      assert.equal(lines(), '');
    });

    it('answers for itself when it catches that', async () => {
      const reply = await call(
        (request) => {
          try {
            return { body: request.json() as object };
          } catch (error) {
            return { status: 422, body: (error as { code: string }).code };
          }
        },
        { method: 'POST', body: '[' },
      );
      assert.deepEqual([reply.status, reply.body.toString()], [422, 'LW_JSON_END']);
    });

    it('is answered for after its time, told so, and not heard any more', async () => {
      let abort = () => {};
      const aborted = new Promise<void>((resolve) => {
        abort = resolve;
      });
      let settle = (_: GatewayResponse) => {};
      const reply = await call((request) => {
        request.signal.addEventListener('abort', abort);
        return new Promise<GatewayResponse>((resolve) => {
          settle = resolve;
        });
      });
      assert.deepEqual([reply.status, errorOf(reply).code], [504, 'HANDLER_TIMEOUT']);
      await aborted;
      settle({ body: 'too late' });
      assert.equal((await call(() => ({ body: 'alive' }))).body.toString(), 'alive');
    });

    it('is told when the client goes', async () => {
      const aborted = new Promise<void>((resolve) => {
        answer = (request) => {
          request.signal.addEventListener('abort', () => resolve());
          wire.close();
          return new Promise(() => {});
        };
      });
      const wire = await Wire.open(gateway.url);
      wire.send('GET /h/x HTTP/1.1\r\nHost: a\r\n\r\n');
      await aborted;
      assert.equal((await call(() => ({ body: 'alive' }))).body.toString(), 'alive');
    });

    it('answers requests that are sent ahead in their order', async () => {
      answer = async (request) => {
        if (request.path === '/h/1') await new Promise((resolve) => setTimeout(resolve, 20));
        return { body: `<${request.path}>` };
      };
      const wire = await Wire.open(gateway.url);
      wire.send(['1', '2', '3'].map((name) => `GET /h/${name} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
      const received = await wire.until(/<\/h\/3>/);
      assert.deepEqual(received.match(/<[^>]*>/g), ['</h/1>', '</h/2>', '</h/3>']);
      wire.close();
    });
  });
}
