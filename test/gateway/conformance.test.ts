import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { msgpack } from 'lanewise';
import type { Gateway, Route } from 'lanewise/gateway';
import { type Ask, ask, errorOf, ITERATIONS, post, type Reply, start } from './helpers.ts';

const JSON_TYPE = 'application/json';
const MSGPACK_TYPE = 'application/msgpack';
const LOG = '{"level":"warning","message":"überfällig","values":[1,-2.5,true,null,""],"nested":{"a":{"b":[]}}}';
const LOG_VALUE: unknown = JSON.parse(LOG);
const LOG_MSGPACK = msgpack.encode(LOG_VALUE);
/** str32 that announces 4 GiB less one, and one byte. */
const GREEDY = Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff, 0x61);

const ROUTES: Route[] = [
  { method: 'GET', path: '/echo', echo: true },
  { method: 'POST', path: '/echo', echo: true },
  { path: '/any', echo: true },
  { method: 'put', path: '/put', echo: true },
  {
    path: '/select',
    echo: { select: { id: '/id', name: '$.user.name', tags: '$..tags[*]', '7': '/7', all: '/nested', 'a"ü': '/n' } },
  },
  { path: '/select/nothing', echo: { select: {} } },
  { path: '/select/whole', echo: { select: { whole: '' } } },
  { path: '/search', search: { patterns: ['error', 'warn', 'ö'], ignoreCase: true } },
  { path: '/exact', search: { patterns: ['he', 'she'] } },
  { path: '/redact', search: { patterns: ['secret', 'token'], replace: '***' } },
  { path: '/erase', search: { patterns: ['secret'], replace: '' } },
  { method: 'GET', path: '/text', respond: { body: 'plain ü' } },
  { method: 'GET', path: '/bytes', respond: { status: 203, type: 'image/png', body: Uint8Array.of(0, 255, 13, 10) } },
  { path: '/gone', respond: { status: 410, body: '' } },
  { method: 'DELETE', path: '/gone/:id', respond: { status: 204, body: '' } },
  { method: 'GET', path: '/users/:id', handler: ({ params }) => ({ body: { id: params.id } }) },
  { method: 'POST', path: '/users/:id', handler: (request) => ({ status: 201, body: { id: request.params.id, got: request.json() } }) },
  { path: '/files/*', handler: ({ params }) => ({ body: params['*'] as string }) },
  { path: '/a(b)/+c', respond: { body: 'literal' } },
];

interface Case extends Ask {
  readonly title: string;
  readonly status?: number;
  readonly type?: string;
  readonly expect?: string | Uint8Array | ((reply: Reply) => void);
  readonly error?: readonly [code: string, offset?: number];
  readonly allow?: string;
}

const CASES: readonly Case[] = [
  // echo, GET
  { title: 'greets', path: '/echo', type: JSON_TYPE, expect: '{"message":"hello"}' },
  { title: 'ignores a query', path: '/echo?x=/y', expect: '{"message":"hello"}' },
  {
    title: 'greets in MessagePack',
    path: '/echo',
    headers: { accept: MSGPACK_TYPE },
    type: MSGPACK_TYPE,
    expect: msgpack.encode({ message: 'hello' }),
  },
  {
    title: 'greets nobody who takes neither format',
    path: '/echo',
    headers: { accept: 'text/html' },
    status: 406,
    error: ['NOT_ACCEPTABLE'],
  },
  {
    title: 'answers HEAD with the head of GET',
    method: 'HEAD',
    path: '/echo',
    type: JSON_TYPE,
    expect: ({ headers, body }) => assert.deepEqual([headers['content-length'], body.length], ['19', 0]),
  },
  // echo, POST
  { title: 'echoes JSON', ...post('/echo', JSON_TYPE, LOG), type: JSON_TYPE, expect: LOG },
  { title: 'echoes JSON without white space', ...post('/echo', JSON_TYPE, ' {"a" :\t[1,\r\n2] } '), expect: '{"a":[1,2]}' },
  { title: 'echoes a scalar', ...post('/echo', JSON_TYPE, '"é"'), expect: '"é"' },
  {
    title: 'echoes JSON of a named kind under its name',
    ...post('/echo', 'application/problem+json', LOG),
    type: 'application/problem+json',
    expect: LOG,
  },
  { title: 'takes a charset of UTF-8 in any spelling', ...post('/echo', 'Application/JSON ; charset="UTF-8"', LOG), expect: LOG },
  {
    title: 'refuses another charset',
    ...post('/echo', 'application/json; charset=utf-16', LOG),
    status: 415,
    error: ['UNSUPPORTED_MEDIA_TYPE'],
  },
  {
    title: 'takes a body in chunks',
    method: 'POST',
    path: '/echo',
    headers: { 'content-type': JSON_TYPE },
    body: ['{"a"', ':', '[1]}'],
    expect: '{"a":[1]}',
  },
  { title: 'echoes a body of many reads', ...post('/echo', JSON_TYPE, `["${'x'.repeat(900_000)}"]`), expect: `["${'x'.repeat(900_000)}"]` },
  { title: 'echoes MessagePack', ...post('/echo', MSGPACK_TYPE, LOG_MSGPACK), type: MSGPACK_TYPE, expect: LOG_MSGPACK },
  {
    title: 'echoes MessagePack under the name it came with',
    ...post('/echo', 'application/x-msgpack', LOG_MSGPACK),
    type: 'application/x-msgpack',
    expect: LOG_MSGPACK,
  },
  {
    title: 'echoes MessagePack under its registered name',
    ...post('/echo', 'application/vnd.msgpack', LOG_MSGPACK),
    type: 'application/vnd.msgpack',
    expect: LOG_MSGPACK,
  },
  {
    title: 'turns JSON into MessagePack',
    ...post('/echo', JSON_TYPE, LOG, { accept: MSGPACK_TYPE }),
    type: MSGPACK_TYPE,
    expect: LOG_MSGPACK,
  },
  {
    title: 'turns MessagePack into JSON',
    ...post('/echo', MSGPACK_TYPE, LOG_MSGPACK, { accept: JSON_TYPE }),
    type: JSON_TYPE,
    expect: LOG,
  },
  {
    title: 'writes as JSON what JSON has no form for',
    ...post('/echo', MSGPACK_TYPE, msgpack.encode({ bytes: Uint8Array.of(1, 2, 255), at: new Date(1_700_000_000_500) }), {
      accept: JSON_TYPE,
    }),
    expect: '{"bytes":"AQL/","at":"2023-11-14T22:13:20.500Z"}',
  },
  {
    title: 'refuses MessagePack that JSON cannot hold, where it stands',
    ...post('/echo', MSGPACK_TYPE, msgpack.encode([1, Number.NaN]), { accept: JSON_TYPE }),
    status: 400,
    error: ['LW_MSGPACK_NOT_JSON', 2],
  },
  {
    title: 'refuses a map key that is no string, for JSON',
    ...post('/echo', MSGPACK_TYPE, msgpack.encode(new Map([[1, 2]])), { accept: JSON_TYPE }),
    status: 400,
    error: ['LW_MSGPACK_NOT_JSON', 1],
  },
  {
    title: 'echoes a map key that is no string as MessagePack',
    ...post('/echo', MSGPACK_TYPE, msgpack.encode(new Map([[1, 2]]))),
    expect: msgpack.encode(new Map([[1, 2]])),
  },
  { title: 'keeps a member named __proto__', ...post('/echo', JSON_TYPE, '{"__proto__":1}'), expect: '{"__proto__":1}' },
  // echo, negotiation
  { title: 'answers */* as the body came', ...post('/echo', MSGPACK_TYPE, LOG_MSGPACK, { accept: '*/*' }), type: MSGPACK_TYPE },
  {
    title: 'answers application/* as the body came',
    ...post('/echo', MSGPACK_TYPE, LOG_MSGPACK, { accept: 'application/*' }),
    type: MSGPACK_TYPE,
  },
  {
    title: 'follows the weights of Accept',
    ...post('/echo', JSON_TYPE, LOG, { accept: 'application/json;q=0.5, application/msgpack;q=0.8' }),
    type: MSGPACK_TYPE,
  },
  {
    title: 'prefers the type that is named to one that a wildcard covers',
    ...post('/echo', MSGPACK_TYPE, LOG_MSGPACK, { accept: 'application/json, text/plain, */*' }),
    type: JSON_TYPE,
  },
  {
    title: 'prefers what is named first',
    ...post('/echo', JSON_TYPE, LOG, { accept: 'application/x-msgpack, application/json' }),
    type: 'application/x-msgpack',
  },
  {
    title: 'takes a weight of 0 as a refusal',
    ...post('/echo', JSON_TYPE, LOG, { accept: 'application/json;q=0, */*;q=0.1' }),
    type: MSGPACK_TYPE,
  },
  {
    title: 'passes a quoted comma in Accept',
    ...post('/echo', JSON_TYPE, LOG, { accept: 'text/html;a="x,application/json", application/msgpack' }),
    type: MSGPACK_TYPE,
  },
  {
    title: 'answers 406 when Accept takes neither',
    ...post('/echo', JSON_TYPE, LOG, { accept: 'text/html, application/xml;q=0.9' }),
    status: 406,
    error: ['NOT_ACCEPTABLE'],
  },
  {
    title: 'answers 406 when everything has a weight of 0',
    ...post('/echo', JSON_TYPE, LOG, { accept: '*/*;q=0' }),
    status: 406,
    error: ['NOT_ACCEPTABLE'],
  },
  // echo, bad bodies
  { title: 'answers 415 to another type', ...post('/echo', 'text/plain', LOG), status: 415, error: ['UNSUPPORTED_MEDIA_TYPE'] },
  { title: 'answers 415 without a type', ...post('/echo', undefined, LOG), status: 415, error: ['UNSUPPORTED_MEDIA_TYPE'] },
  {
    title: 'answers 415 to a compressed body',
    ...post('/echo', JSON_TYPE, LOG, { 'content-encoding': 'gzip' }),
    status: 415,
    error: ['UNSUPPORTED_MEDIA_TYPE'],
  },
  { title: 'places truncated JSON at its end', ...post('/echo', JSON_TYPE, '{"a":[1,2'), status: 400, error: ['LW_JSON_END', 9] },
  { title: 'places an empty body at 0', ...post('/echo', JSON_TYPE, ''), status: 400, error: ['LW_JSON_END', 0] },
  {
    title: 'places no body at all at 0',
    method: 'POST',
    path: '/echo',
    headers: { 'content-type': JSON_TYPE, 'content-length': '0' },
    status: 400,
    error: ['LW_JSON_END', 0],
  },
  {
    title: 'places bad UTF-8 at its first byte',
    ...post('/echo', JSON_TYPE, Buffer.from('22c3a9ff22', 'hex')),
    status: 400,
    error: ['LW_UTF8', 3],
  },
  { title: 'refuses a byte order mark', ...post('/echo', JSON_TYPE, '\ufeff{}'), status: 400, error: ['LW_JSON_UNEXPECTED', 0] },
  {
    title: 'places 10,000 brackets at the one too deep',
    ...post('/echo', JSON_TYPE, `${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    status: 400,
    error: ['LW_DEPTH', 1024],
  },
  { title: 'places what follows the value', ...post('/echo', JSON_TYPE, '{} x'), status: 400, error: ['LW_JSON_TRAILING', 3] },
  {
    title: 'places a greedy MessagePack length at the end',
    ...post('/echo', MSGPACK_TYPE, GREEDY),
    status: 400,
    error: ['LW_MSGPACK_END', 6],
  },
  {
    title: 'places a greedy MessagePack length at the end, for JSON too',
    ...post('/echo', MSGPACK_TYPE, GREEDY, { accept: JSON_TYPE }),
    status: 400,
    error: ['LW_MSGPACK_END', 6],
  },
  { title: 'places no MessagePack at 0', ...post('/echo', MSGPACK_TYPE, ''), status: 400, error: ['LW_MSGPACK_END', 0] },
  {
    title: 'refuses the reserved MessagePack byte',
    ...post('/echo', MSGPACK_TYPE, Uint8Array.of(0x91, 0xc1)),
    status: 400,
    error: ['LW_MSGPACK_RESERVED', 1],
  },
  // echo without a method, or with another
  { title: 'echoes on GET without a method', path: '/any', expect: '{"message":"hello"}' },
  { title: 'echoes on POST without a method', ...post('/any', JSON_TYPE, '[]'), expect: '[]' },
  { title: 'echoes a PUT that the config asks for', ...post('/put', JSON_TYPE, '[]'), method: 'PUT', expect: '[]' },
  // echo, select
  {
    title: 'selects values, in the order of their names',
    ...post('/select', JSON_TYPE, '{"tags":[ ],"user":{"name" : "é"},"x":{"tags":["a","b"]}, "id":[1, 2], "nested":{"b":1,"a":{ }},"7":7}'),
    type: JSON_TYPE,
    expect: '{"7":7,"id":[1,2],"name":"é","tags":"a","all":{"b":1,"a":{}}}',
  },
  { title: 'selects under any name', ...post('/select', JSON_TYPE, '{"n":null}'), expect: '{"a\\"ü":null}' },
  { title: 'selects nothing of nothing', ...post('/select', JSON_TYPE, '[]'), expect: '{}' },
  { title: 'selects nothing when asked for nothing', ...post('/select/nothing', JSON_TYPE, '{"id":1}'), expect: '{}' },
  { title: 'selects the whole', ...post('/select/whole', JSON_TYPE, ' [1, {}] '), expect: '{"whole":[1,{}]}' },
  { title: 'selects the last of members of one name', ...post('/select', JSON_TYPE, '{"id":1,"id":2}'), expect: '{"id":2}' },
  {
    title: 'selects from MessagePack',
    ...post('/select', MSGPACK_TYPE, msgpack.encode({ id: [1, 'x'], other: 1, user: { name: null } })),
    type: MSGPACK_TYPE,
    expect: msgpack.encode({ id: [1, 'x'], name: null }),
  },
  {
    title: 'selects from JSON into MessagePack',
    ...post('/select', JSON_TYPE, '{"user":{"name":"é"},"id":{"a":[]}}', { accept: MSGPACK_TYPE }),
    type: MSGPACK_TYPE,
    expect: msgpack.encode({ id: { a: [] }, name: 'é' }),
  },
  {
    title: 'selects from MessagePack into JSON',
    ...post('/select', MSGPACK_TYPE, msgpack.encode({ id: Uint8Array.of(1, 2, 255), nested: { at: 'x' } }), { accept: JSON_TYPE }),
    type: JSON_TYPE,
    expect: '{"id":"AQL/","all":{"at":"x"}}',
  },
  {
    title: 'selects from MessagePack what JSON can hold, whatever the rest is',
    ...post('/select', MSGPACK_TYPE, msgpack.encode({ rest: Number.NaN, id: 1 }), { accept: JSON_TYPE }),
    expect: '{"id":1}',
  },
  {
    title: 'places in the body what JSON cannot hold of a selection',
    ...post('/select', MSGPACK_TYPE, msgpack.encode({ id: [1, Number.NaN] }), { accept: JSON_TYPE }),
    status: 400,
    error: ['LW_MSGPACK_NOT_JSON', 6],
  },
  {
    title: 'checks what it does not select',
    ...post('/select', JSON_TYPE, '{"id":1,"rest":[1,}'),
    status: 400,
    error: ['LW_JSON_UNEXPECTED', 18],
  },
  { title: 'selects from nothing with an error', ...post('/select', JSON_TYPE, ''), status: 400, error: ['LW_JSON_END', 0] },
  {
    title: 'checks MessagePack that it does not select',
    ...post('/select', MSGPACK_TYPE, Uint8Array.of(0x92, 0x01, 0xc1)),
    status: 400,
    error: ['LW_MSGPACK_RESERVED', 2],
  },
  // search
  {
    title: 'finds patterns with byte offsets',
    ...post('/search', 'text/plain', 'wÖrks: ERROR'),
    type: JSON_TYPE,
    expect: '{"count":2,"matches":[{"id":2,"start":1,"end":3},{"id":0,"start":8,"end":13}]}',
  },
  { title: 'finds nothing in nothing', ...post('/search', 'text/plain', ''), expect: '{"count":0,"matches":[]}' },
  {
    title: 'searches a body without a type',
    ...post('/search', undefined, 'warn'),
    expect: '{"count":1,"matches":[{"id":1,"start":0,"end":4}]}',
  },
  {
    title: 'minds case unless told',
    ...post('/exact', 'text/plain', 'SHE she'),
    expect: '{"count":1,"matches":[{"id":1,"start":4,"end":7}]}',
  },
  {
    title: 'searches what is no UTF-8',
    ...post('/exact', 'text/plain', Buffer.from('ff6865ff', 'hex')),
    expect: '{"count":1,"matches":[{"id":0,"start":1,"end":3}]}',
  },
  { title: 'redacts', ...post('/redact', 'text/csv', 'a secret,token;'), type: 'text/csv', expect: 'a ***,***;' },
  {
    title: 'leaves bytes around a match alone',
    ...post('/redact', 'text/csv', Buffer.from('ff736563726574ff', 'hex')),
    expect: Buffer.from('ff2a2a2aff', 'hex'),
  },
  { title: 'redacts with nothing', ...post('/erase', undefined, 'secretsecret!'), type: 'application/octet-stream', expect: '!' },
  { title: 'redacts nothing in what has no match', ...post('/redact', 'text/plain', 'clean'), expect: 'clean' },
  { title: 'searches by POST alone', path: '/search', status: 405, error: ['METHOD_NOT_ALLOWED'], allow: 'OPTIONS, POST' },
  {
    title: 'answers 415 to a compressed text',
    ...post('/search', 'text/plain', 'x', { 'content-encoding': 'br' }),
    status: 415,
    error: ['UNSUPPORTED_MEDIA_TYPE'],
  },
  // respond
  { title: 'responds with text', path: '/text', type: 'text/plain', expect: 'plain ü' },
  { title: 'responds with bytes', path: '/bytes', status: 203, type: 'image/png', expect: Uint8Array.of(0, 255, 13, 10) },
  { title: 'responds to any method', method: 'PATCH', path: '/gone', status: 410, expect: '' },
  {
    title: 'responds without a body',
    method: 'DELETE',
    path: '/gone/7',
    status: 204,
    expect: ({ headers, body }) => assert.deepEqual([headers['content-length'], body.length], [undefined, 0]),
  },
  // routes
  { title: 'passes a param, decoded', path: '/users/a%2Fb%C3%BC', expect: '{"id":"a/bü"}' },
  { title: 'refuses a param that is no UTF-8', path: '/users/%ff', status: 400, error: ['BAD_REQUEST'] },
  { title: 'wants a param that is not empty', path: '/users/', status: 404, error: ['NOT_FOUND'] },
  {
    title: 'gives a handler the JSON',
    ...post('/users/7', JSON_TYPE, '[1]'),
    status: 201,
    type: JSON_TYPE,
    expect: '{"id":"7","got":[1]}',
  },
  { title: 'answers 400 when a handler reads bad JSON', ...post('/users/7', JSON_TYPE, '[1'), status: 400, error: ['LW_JSON_END', 2] },
  { title: 'answers HEAD where a handler takes GET', method: 'HEAD', path: '/users/7', expect: '' },
  { title: 'passes the rest of a path', path: '/files/a/b%20c//d', type: 'text/plain', expect: 'a/b c//d' },
  { title: 'passes an empty rest', path: '/files/', expect: '' },
  { title: 'ends a rest above its slash', path: '/files', status: 404, error: ['NOT_FOUND'] },
  { title: 'takes a path by its letters', path: '/a(b)/+c', expect: 'literal' },
  { title: 'minds the case of a path', path: '/Echo', status: 404, error: ['NOT_FOUND'] },
  { title: 'minds a slash at the end', path: '/echo/', status: 404, error: ['NOT_FOUND'] },
  { title: 'answers 404', path: '/nope', type: JSON_TYPE, status: 404, error: ['NOT_FOUND'] },
  { title: 'answers 404 to a POST with a body', ...post('/nope', JSON_TYPE, LOG), status: 404, error: ['NOT_FOUND'] },
  {
    title: 'answers 405 with Allow',
    method: 'DELETE',
    path: '/echo',
    status: 405,
    error: ['METHOD_NOT_ALLOWED'],
    allow: 'GET, HEAD, OPTIONS, POST',
  },
  { title: 'answers OPTIONS with Allow', method: 'OPTIONS', path: '/users/7', status: 204, expect: '', allow: 'GET, HEAD, OPTIONS, POST' },
  { title: 'answers OPTIONS *', method: 'OPTIONS', path: '*', status: 204, expect: '' },
  { title: 'answers OPTIONS 404 where nothing is', method: 'OPTIONS', path: '/nope', status: 404, error: ['NOT_FOUND'] },
  { title: 'takes a target with its origin', path: 'http://example.org/echo?x', expect: '{"message":"hello"}' },
  // the gateway's own
  { title: 'is healthy', path: '/healthz', type: JSON_TYPE, expect: '{"status":"ok"}' },
  {
    title: 'answers 405 to a POST of its health',
    ...post('/healthz', JSON_TYPE, '1'),
    status: 405,
    error: ['METHOD_NOT_ALLOWED'],
    allow: 'GET, HEAD, OPTIONS',
  },
  {
    title: 'shows metrics',
    path: '/metrics',
    type: 'text/plain',
    expect: ({ body }) => assert.match(body.toString(), /^lanewise_requests_total [1-9]\d*$/m),
  },
];

for (const iteration of ITERATIONS) {
  describe(iteration, () => {
    let gateway: Gateway;
    before(async () => {
      gateway = await start(iteration, { routes: ROUTES });
    });
    after(() => gateway.close());

    for (const { title, status = 200, type, expect, error, allow, ...request } of CASES) {
      it(title, async () => {
        const reply = await ask(gateway.url, request);
        assert.equal(reply.status, status, reply.body.toString());
        if (type !== undefined) assert.equal(reply.headers['content-type']?.split(';')[0], type);
        if (allow !== undefined) assert.equal(reply.headers.allow, allow);
        if (typeof expect === 'function') expect(reply);
        else if (expect !== undefined) assert.deepEqual(reply.body, Buffer.from(expect as string));
        if (error !== undefined) {
          assert.deepEqual([errorOf(reply).code, errorOf(reply).offset], [error[0], error[1]]);
          assert.notEqual(errorOf(reply).message, '');
        }
      });
    }

    it('counts what it does', async () => {
      const before = gateway.stats();
      await ask(gateway.url, { path: '/echo' });
      const reply = await ask(gateway.url, { path: '/stats' });
      const stats = JSON.parse(reply.body.toString()) as typeof before;
      assert.equal(stats.requests, before.requests + 2);
      assert.equal(stats.responses['200'], (before.responses['200'] ?? 0) + 1);
      assert.equal(stats.connections.accepted, before.connections.accepted + 2);
      assert.ok(stats.connections.open >= 1);
      const { p50, p90, p99, p999, max } = stats.latencyUs;
      assert.ok(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max, JSON.stringify(stats.latencyUs));
    });
  });
}

describe('the default routes', () => {
  for (const iteration of ITERATIONS) {
    it(`are /echo and /search in ${iteration}`, async () => {
      const gateway = await start(iteration);
      try {
        assert.equal((await ask(gateway.url, { path: '/echo' })).body.toString(), '{"message":"hello"}');
        const found = await ask(gateway.url, post('/search', 'text/plain', 'an Error'));
        assert.equal(found.body.toString(), '{"count":1,"matches":[{"id":0,"start":3,"end":8}]}');
      } finally {
        await gateway.close();
      }
    });
  }
});

for (const iteration of ITERATIONS.filter((name) => name >= 'v0.3')) {
  it(`${iteration} selects bytes: 64-bit integers, order and spelling stay as they came`, async () => {
    const gateway = await start(iteration, { routes: [{ path: '/', echo: { select: { a: '/a', b: '/b' } } }] });
    try {
      const text = '{"b":{"2":1e2,"1":-0,"x":"\\u00e9"},"a":18446744073709551615}';
      const reply = await ask(gateway.url, post('/', JSON_TYPE, text));
      assert.equal(reply.body.toString(), '{"a":18446744073709551615,"b":{"2":1e2,"1":-0,"x":"\\u00e9"}}');
      // A float64 of 1, an int64 of 1, a str8 of one letter: other spellings than the shortest.
      const packed = Buffer.from('82a161cb3ff0000000000000a16292d30000000000000001d90178', 'hex');
      assert.deepEqual((await ask(gateway.url, post('/', MSGPACK_TYPE, packed))).body, packed);
      const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, `/${i}`]));
      await gateway.reload({ routes: [{ path: '/', echo: { select: many } }] });
      const wide = await ask(gateway.url, post('/', JSON_TYPE, JSON.stringify(Array(20).fill(0)), { accept: MSGPACK_TYPE }));
      assert.deepEqual(wide.body, Buffer.from(msgpack.encode(Object.fromEntries(Object.keys(many).map((name) => [name, 0])))));
    } finally {
      await gateway.close();
    }
  });
}

describe('v0.3', () => {
  it('keeps 64-bit integers, the order of members and the spelling of numbers', async () => {
    const gateway = await start('v0.3');
    const text = '{"b":12345678901234567890,"a":1.0,"2":1e2,"1":-0,"a":"\\u00e9"}';
    try {
      const echoed = await ask(gateway.url, post('/echo', JSON_TYPE, text));
      assert.equal(echoed.body.toString(), text);
      const packed = await ask(
        gateway.url,
        post('/echo', JSON_TYPE, '[18446744073709551615,-9223372036854775808]', { accept: MSGPACK_TYPE }),
      );
      const back = await ask(gateway.url, post('/echo', MSGPACK_TYPE, packed.body, { accept: JSON_TYPE }));
      assert.equal(back.body.toString(), '[18446744073709551615,-9223372036854775808]');
    } finally {
      await gateway.close();
    }
  });
});
