import {
  bad,
  chunked,
  closed,
  type Exception,
  get,
  HELLO,
  head,
  hello,
  helloAndClose,
  LIMITS,
  NODE_HTTP,
  nodeHttp,
  open,
  post,
  refused,
  type Section,
  seen,
} from './case.ts';

const HOST = 'Host: a';
const CONTINUE = 'Expect: 100-continue';
/** FNV-1a of 'text'. */
const TAG = '"fa04f4ef1995407e"';
/** Of 'given'. */
const GIVEN_TAG = '"6bb9daff6968dd16"';
const UNMET = open({ status: 412, fields: { 'content-type': 'application/json' } });
const TEXT = open({ status: 200, body: 'text', fields: { etag: TAG } });
/** A request for what is given whatever the method is. */
const given = (...fields: string[]) => head('POST /given HTTP/1.1', HOST, 'Content-Length: 0', ...fields);
const OK = { status: 200, body: HELLO };
const UPGRADE: Exception = {
  iterations: NODE_HTTP,
  reason: 'node:http loses what was received together with a request that asks for an upgrade',
  modes: ['between others'],
};
const tooLong = (title: string, send: string, ...statuses: number[]) => ({ title, send, outcome: refused(...statuses) });

export const CONNECTION: Section = {
  '9112 9.3 Persistence': [
    { title: 'HTTP/1.1 goes on', send: get() + get() + get('/text'), outcome: open(OK, OK, { status: 200, body: 'text' }) },
    { title: 'HTTP/1.1 ends when asked to', send: get('/echo', 'Connection: close'), outcome: helloAndClose },
    { title: 'the wish has no case', send: get('/echo', 'connection: CLOSE'), outcome: helloAndClose },
    { title: 'the wish may stand in a list', send: get('/echo', 'Connection: x, close'), outcome: helloAndClose },
    { title: 'or in a second line', send: get('/echo', 'Connection: x', 'Connection: close'), outcome: helloAndClose },
    { title: 'close goes before keep-alive', send: get('/echo', 'Connection: keep-alive, close'), outcome: helloAndClose },
    { title: 'a word that ends like it is another', send: get('/echo', 'Connection: disclose'), outcome: hello },
    { title: 'a word that begins like it is another', send: get('/echo', 'Connection: closed'), outcome: hello },
    { title: 'an empty Connection says nothing', send: get('/echo', 'Connection:'), outcome: hello },
    { title: 'what follows a close is not answered', send: get('/echo', 'Connection: close') + get('/text'), outcome: helloAndClose },
    { title: 'HTTP/1.0 ends', send: head('GET /echo HTTP/1.0') + get(), outcome: helloAndClose },
    {
      title: 'HTTP/1.0 goes on when asked to',
      send: head('GET /echo HTTP/1.0', 'Connection: keep-alive'),
      outcome: open({ ...OK, fields: { connection: /keep-alive/i } }),
    },
    {
      title: 'the wish to go on has no case',
      send: head('GET /echo HTTP/1.0', 'Connection: Keep-Alive'),
      outcome: open({ ...OK, fields: { connection: /keep-alive/i } }),
    },
    {
      title: 'HTTP/1.0 that is asked both ends',
      send: head('GET /echo HTTP/1.0', 'Connection: keep-alive, close'),
      outcome: helloAndClose,
    },
    { title: 'Proxy-Connection is nothing', send: head('GET /echo HTTP/1.0', 'Proxy-Connection: keep-alive'), outcome: helloAndClose },
    { title: 'an upgrade is not taken', send: get('/echo', 'Connection: upgrade', 'Upgrade: websocket'), outcome: hello, except: UPGRADE },
    {
      title: 'an upgrade to HTTP/2 is not taken',
      send: get('/echo', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'),
      outcome: hello,
      except: UPGRADE,
    },
  ],
  '9112 9.3.2 Pipelining': [
    {
      title: 'answers come in the order of requests, whatever they take',
      send: get('/later?1') + get('/echo') + get('/later?2') + get('/text'),
      outcome: open({ status: 200, body: 'later 1' }, OK, { status: 200, body: 'later 2' }, { status: 200, body: 'text' }),
    },
    {
      title: 'bodies stand between them',
      send: post('abc', 'Content-Length: 3') + chunked('1\r\nd\r\n0\r\n\r\n') + post('ef', 'Content-Length: 2'),
      outcome: open(...['abc', 'd', 'ef'].flatMap((body) => seen({ body }).replies)),
    },
    {
      title: 'a failure of a route ends nothing',
      send: get('/no') + get(),
      outcome: open({ status: 404 }, OK),
    },
    {
      title: 'a malformed one ends them, and those behind it',
      send: `${get()}GET /echo HTTP/9\r\n\r\n${get()}`,
      outcome: closed(OK, { status: [400, 505] }),
    },
    {
      title: 'the answers before a malformed one are not lost',
      send: `${get('/later?1')}x\r\n\r\n`,
      outcome: closed({ status: 200, body: 'later 1' }, { status: 400 }),
    },
    {
      title: 'empty lines between them are passed over',
      send: `${get()}\r\n${get()}`,
      outcome: open(OK, OK),
    },
    { title: 'HEAD is one of them', send: head('HEAD /text HTTP/1.1', HOST) + get(), outcome: open({ status: 200, isHead: true }, OK) },
    { title: 'an answer without a body is one of them', send: get('/nothing') + get(), outcome: open({ status: 204 }, OK) },
  ],
  '9110 10.1.1 Expect': [
    {
      title: 'a body is asked for before it is sent',
      send: [post('', 'Content-Length: 3', CONTINUE), 'abc'],
      outcome: seen({ body: 'abc' }),
    },
    {
      title: 'chunks are asked for',
      send: [chunked('', CONTINUE), '3\r\nabc\r\n0\r\n\r\n'],
      outcome: seen({ body: 'abc' }),
    },
    {
      title: 'the expectation has no case',
      send: [post('', 'Content-Length: 3', 'Expect: 100-Continue'), 'abc'],
      outcome: seen({ body: 'abc' }),
    },
    { title: 'a body may come unasked', send: post('abc', 'Content-Length: 3', CONTINUE), outcome: seen({ body: 'abc' }) },
    {
      title: 'without a body nothing is asked for',
      send: get('/see/', CONTINUE),
      outcome: seen({ method: 'GET' }),
      except: nodeHttp('node:http ends a connection that it did not ask to go on', closed(...seen({ method: 'GET' }).replies)),
    },
    {
      title: 'an answer that is no success comes in place of it',
      send: post('', `Content-Length: ${LIMITS.bodyBytes + 1}`, CONTINUE),
      outcome: { replies: [{ status: 413 }], connection: 'either' },
    },
    { title: 'another expectation cannot be met', send: post('abc', 'Content-Length: 3', 'Expect: cake'), outcome: refused(417) },
    {
      title: 'HTTP/1.0 expects nothing',
      send: `${head('POST /see/ HTTP/1.0', 'Content-Length: 3', CONTINUE)}abc`,
      outcome: closed(...seen({ body: 'abc' }).replies),
    },
  ],
  '9110 9 Methods': [
    {
      title: 'HEAD has the head of GET',
      send: head('HEAD /text HTTP/1.1', HOST),
      outcome: open({ status: 200, isHead: true, fields: { 'content-length': '4', 'content-type': /^text\/plain/ } }),
    },
    {
      title: 'HEAD of an echo has',
      send: head('HEAD /echo HTTP/1.1', HOST),
      outcome: open({ status: 200, isHead: true, fields: { 'content-length': '19', 'content-type': 'application/json' } }),
    },
    { title: 'HEAD of nothing has no body', send: head('HEAD /no HTTP/1.1', HOST), outcome: open({ status: 404, isHead: true }) },
    { title: 'HEAD of a handler has no body', send: head('HEAD /see/ HTTP/1.1', HOST), outcome: open({ status: 200, isHead: true }) },
    {
      title: 'OPTIONS lists the methods',
      send: head('OPTIONS /text HTTP/1.1', HOST),
      outcome: open({ status: 204, fields: { allow: 'GET, HEAD, OPTIONS' } }),
    },
    {
      title: 'OPTIONS lists both of an echo',
      send: head('OPTIONS /echo HTTP/1.1', HOST),
      outcome: open({ status: 204, fields: { allow: 'GET, HEAD, OPTIONS, POST' } }),
    },
    { title: 'OPTIONS of nothing is 404', send: head('OPTIONS /no HTTP/1.1', HOST), outcome: open({ status: 404 }) },
    {
      title: 'a method that a path does not take is 405',
      send: head('DELETE /text HTTP/1.1', HOST),
      outcome: open({ status: 405, fields: { allow: 'GET, HEAD, OPTIONS' } }),
    },
    {
      title: 'so is TRACE',
      send: head('TRACE /text HTTP/1.1', HOST),
      outcome: open({ status: 405, fields: { allow: 'GET, HEAD, OPTIONS' } }),
    },
    { title: 'a handler without a method takes any', send: head('PATCH /see/ HTTP/1.1', HOST), outcome: seen({ method: 'PATCH' }) },
    { title: 'CONNECT is never taken', send: head('CONNECT b:80 HTTP/1.1', 'Host: b:80'), outcome: refused(405) },
    {
      title: 'CONNECT without an authority is malformed or not taken',
      send: head('CONNECT /echo HTTP/1.1', HOST),
      outcome: refused(400, 405),
    },
    {
      title: 'a method that nobody knows is not implemented',
      send: head('BREW /echo HTTP/1.1', HOST),
      outcome: [refused(501), open({ status: [405, 501] })],
      except: nodeHttp('llhttp takes the methods that it knows alone', bad),
    },
    {
      title: 'methods have a case',
      send: head('get /echo HTTP/1.1', HOST),
      outcome: [refused(501), open({ status: [405, 501] })],
      except: nodeHttp('llhttp takes the methods that it knows alone', bad),
    },
  ],
  '9110 6 Replies': [
    {
      title: 'an answer has a date, a length and a type',
      send: get(),
      outcome: open({
        ...OK,
        fields: { 'content-length': '19', 'content-type': 'application/json', date: /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/ },
      }),
    },
    {
      title: '204 has neither length nor coding',
      send: get('/nothing'),
      outcome: open({ status: 204, fields: { 'content-length': null, 'transfer-encoding': null } }),
    },
    {
      title: 'a failure has a body that says what it is',
      send: get('/no'),
      outcome: open({
        status: 404,
        fields: { 'content-type': 'application/json' },
        body: /^\{"error":\{"code":"NOT_FOUND","message":".+"\}\}$/,
      }),
    },
    {
      title: 'a handler may give fields',
      send: get('/inject?b', 'Name: X-Given'),
      outcome: open({ status: 200, fields: { 'x-given': 'b' }, body: 'injected' }),
    },
    ...['a\\r\\nX-Evil: b', 'a\\nX-Evil: b', 'a\\rb', 'a\\u0000b', 'a\\u0001b', 'a\\u007fb', '\\u0100'].map((value) => ({
      title: `a handler cannot give the value '${value}'`,
      send: get(`/inject?${value}`.replace(/ /g, ''), 'Name: X-Given'),
      outcome: open({ status: 500, fields: { 'x-evil': null, 'x-given': null } }),
    })),
    ...['X Y', 'X:Y', 'X(Y)', '\xe9'].map((name) => ({
      title: `a handler cannot give the name '${name}'`,
      send: get('/inject?b', `Name: ${name}`),
      outcome: open({ status: 500 }),
    })),
    {
      title: 'a handler cannot frame its answer',
      send: get('/inject?5', 'Name: Content-Length'),
      outcome: open({ status: 200, fields: { 'content-length': '8' }, body: 'injected' }),
    },
    {
      title: 'a handler cannot code its answer',
      send: get('/inject?chunked', 'Name: Transfer-Encoding'),
      outcome: open({ status: 200, fields: { 'transfer-encoding': null, 'content-length': '8' }, body: 'injected' }),
    },
  ],
  '9110 8.8.3 and 13 Conditional requests': [
    { title: 'what is given has a tag', send: get('/text'), outcome: open({ status: 200, body: 'text', fields: { etag: TAG } }) },
    {
      title: 'HEAD has it too',
      send: head('HEAD /text HTTP/1.1', HOST),
      outcome: open({ status: 200, isHead: true, fields: { etag: TAG } }),
    },
    ...[TAG, `W/${TAG}`, '*', `"x", ${TAG}`, `"x",W/"y",${TAG},"z"`, `"x" , ${TAG}`, `, ${TAG}`].map((tags) => ({
      title: `a client that has ${tags} is told so`,
      send: get('/text', `If-None-Match: ${tags}`),
      outcome: open({ status: 304, fields: { etag: TAG, 'content-type': null, 'transfer-encoding': null }, body: '' }),
    })),
    {
      title: 'two lines are one list',
      send: get('/text', 'If-None-Match: "x"', `If-None-Match: ${TAG}`),
      outcome: open({ status: 304 }),
    },
    {
      title: 'HEAD is answered alike',
      send: head('HEAD /text HTTP/1.1', HOST, `If-None-Match: ${TAG}`),
      outcome: open({ status: 304, isHead: true, fields: { etag: TAG } }),
    },
    ...['"x"', TAG.slice(1, -1), TAG.toUpperCase(), `"x${TAG}`, '', `x, ${TAG}`, `"x"${TAG}`, `"a b", ${TAG}`, `w/${TAG}`, `*, ${TAG}`].map(
      (tags) => ({
        title: `a client that has '${tags}' has something else`,
        send: get('/text', `If-None-Match: ${tags}`),
        outcome: open({ status: 200, body: 'text' }),
      }),
    ),
    {
      title: 'If-None-Match goes before If-Modified-Since',
      send: get('/text', `If-None-Match: ${TAG}`, 'If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT'),
      outcome: open({ status: 304 }),
    },
    {
      title: 'If-Modified-Since is nothing where no date is known',
      send: get('/text', 'If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT'),
      outcome: open({ status: 200, body: 'text' }),
    },
    {
      title: 'a date that is none is nothing either',
      send: get('/text', 'If-Modified-Since: tomorrow', 'If-Unmodified-Since: yesterday'),
      outcome: TEXT,
    },
    {
      title: 'If-Unmodified-Since is nothing where no date is known',
      send: get('/text', 'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT'),
      outcome: TEXT,
    },
    ...[TAG, '*', `"x", ${TAG}`, `W/"x",W/${TAG} , ${TAG}`, `,, ${TAG},`].map((tags) => ({
      title: `a client that asks for ${tags} alone gets it`,
      send: get('/text', `If-Match: ${tags}`),
      outcome: TEXT,
    })),
    ...['"x"', `W/${TAG}`, TAG.slice(1, -1), '', '**', `x, ${TAG}`, `"x"${TAG}`, `${TAG}x`, `"a b", ${TAG}`, `*, ${TAG}`].map((tags) => ({
      title: `a client that asks for '${tags}' alone does not`,
      send: get('/text', `If-Match: ${tags}`),
      outcome: UNMET,
    })),
    { title: 'two lines of If-Match are one list', send: get('/text', 'If-Match: "x"', `If-Match: ${TAG}`), outcome: TEXT },
    {
      title: 'what follows a line that is no list does not count',
      send: get('/text', 'If-Match: x', `If-Match: ${TAG}`),
      outcome: UNMET,
    },
    {
      title: 'a tag does not go on in another line',
      send: get('/text', 'If-Match: "x', 'If-Match: "', `If-Match: ${TAG}`),
      outcome: UNMET,
    },
    { title: '* stands alone', send: get('/text', 'If-Match: *', 'If-Match: *'), outcome: UNMET },
    {
      title: 'HEAD is refused alike',
      send: head('HEAD /text HTTP/1.1', HOST, 'If-Match: "x"'),
      outcome: open({ status: 412, isHead: true }),
    },
    {
      title: 'If-Match goes before If-None-Match',
      send: get('/text', `If-None-Match: ${TAG}`, 'If-Match: "x"'),
      outcome: UNMET,
    },
    {
      title: 'If-None-Match is looked at behind an If-Match that holds',
      send: get('/text', `If-None-Match: ${TAG}`, 'If-Match: *') + get('/text', 'If-None-Match: "x"', `If-Match: ${TAG}`),
      outcome: open({ status: 304, fields: { etag: TAG } }, { status: 200, body: 'text' }),
    },
    {
      title: 'If-Match goes before If-Unmodified-Since',
      send: get('/text', 'If-Match: "x"', 'If-Unmodified-Since: Fri, 31 Dec 2100 23:59:59 GMT'),
      outcome: UNMET,
    },
    ...['bytes=0-1', 'bytes=1-', 'bytes=-1', 'bytes=0-0,2-3', 'bytes=99-', 'bytes=3-1', 'bytes=x', 'lines=0-1', ''].map((range) => ({
      title: `the range '${range}' is not served`,
      send: get('/text', `Range: ${range}`, `If-Range: ${TAG}`) + get('/text', `Range: ${range}`),
      outcome: open(...[0, 1].map(() => ({ status: 200, body: 'text', fields: { 'content-range': null, 'accept-ranges': null } }))),
    })),
    {
      title: 'a range for HEAD is nothing',
      send: head('HEAD /text HTTP/1.1', HOST, 'Range: bytes=9-'),
      outcome: open({ status: 200, isHead: true, fields: { 'content-length': '4', 'content-range': null } }),
    },
    {
      title: 'an answer without content has no tag',
      send: get('/nothing', 'If-None-Match: *'),
      outcome: open({ status: 204, fields: { etag: null } }),
    },
    {
      title: 'an answer that is no success is not conditional',
      send: get('/gone', 'If-None-Match: *'),
      outcome: open({ status: 410, body: 'gone' }),
    },
    {
      title: 'so one that is no success is not by If-Match, and one without content neither',
      send: get('/gone', 'If-Match: "x"') + get('/nothing', 'If-Match: "x"') + get('/no', 'If-Match: "x"'),
      outcome: open({ status: 410, body: 'gone' }, { status: 204 }, { status: 404 }),
    },
    {
      title: 'other methods go on where the condition holds',
      send: given(`If-Match: ${GIVEN_TAG}`) + given('If-Match: *') + given('If-None-Match: "x"'),
      outcome: open(...[0, 1, 2].map(() => ({ status: 200, body: 'given', fields: { etag: null } }))),
    },
    ...['If-Match: "x"', `If-Match: W/${GIVEN_TAG}`, 'If-None-Match: *', `If-None-Match: W/${GIVEN_TAG}`].map((field) => ({
      title: `other methods are refused where it does not: ${field}`,
      send: given(field),
      outcome: UNMET,
    })),
    {
      title: 'a method that is not taken is that first',
      send: head('DELETE /text HTTP/1.1', HOST, 'If-Match: "x"'),
      outcome: open({ status: 405 }),
    },
    {
      title: 'OPTIONS is not conditional',
      send: head('OPTIONS /text HTTP/1.1', HOST, 'If-Match: "x"', 'If-None-Match: *'),
      outcome: open({ status: 204 }),
    },
    {
      title: 'what GET does not answer has nothing to compare with',
      send: head('POST /posted HTTP/1.1', HOST, 'Content-Length: 0', 'If-Match: "x"'),
      outcome: open({ status: 200, body: 'posted' }),
    },
    {
      title: 'a body is not asked for where the condition does not hold',
      send: head('POST /given HTTP/1.1', HOST, 'Content-Length: 3', CONTINUE, 'If-Match: "x"'),
      outcome: { replies: [{ status: 412 }], connection: 'either' },
    },
  ],
  '9110 5.4 and 15.5 Limits': [
    { title: 'a head within the limit is taken', send: get('/see/', `Y: ${'y'.repeat(900)}`), outcome: seen({ method: 'GET' }) },
    tooLong('a value beyond it is refused', get('/see/', `Y: ${'y'.repeat(LIMITS.headBytes)}`), 431),
    tooLong('a name beyond it is refused', get('/see/', `${'y'.repeat(LIMITS.headBytes)}: y`), 431),
    tooLong(
      'fields beyond it together are refused',
      get('/see/', ...Array.from({ length: 15 }, (_, i) => `Y${i}: ${'y'.repeat(100)}`)),
      431,
    ),
    tooLong('a head without an end is refused', `GET /echo HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(LIMITS.headBytes)}`, 431),
    {
      ...tooLong('a target beyond it is refused', get(`/${'y'.repeat(LIMITS.headBytes)}`), 414),
      except: nodeHttp('node:http says of a head alone that it is too large', refused(431)),
    },
    {
      ...tooLong('a target without an end is refused', `GET /${'y'.repeat(2 * LIMITS.headBytes)}`, 414),
      except: nodeHttp('node:http says of a head alone that it is too large', refused(431)),
    },
    tooLong('a method without an end is refused', 'G'.repeat(2 * LIMITS.headBytes), 400, 414, 431, 501),
    {
      title: 'fields up to the limit are taken',
      send: get('/see/', ...Array.from({ length: LIMITS.headers - 1 }, () => 'Y:')),
      outcome: seen({ method: 'GET' }),
    },
    tooLong('one more is refused', get('/see/', ...Array.from({ length: LIMITS.headers }, () => 'Y:')), 431),
  ],
  '9110 8 and 12 Representations': [
    {
      title: 'a type that the echo does not take is 415',
      send: `${head('POST /echo HTTP/1.1', HOST, 'Content-Type: text/plain', 'Content-Length: 2')}[]`,
      outcome: open({ status: 415 }),
    },
    {
      title: 'a coded body is 415',
      send: `${head('POST /echo HTTP/1.1', HOST, 'Content-Type: application/json', 'Content-Encoding: gzip', 'Content-Length: 2')}[]`,
      outcome: open({ status: 415 }),
    },
    {
      title: 'identity is no coding',
      send: `${head('POST /echo HTTP/1.1', HOST, 'Content-Type: application/json', 'Content-Encoding: identity', 'Content-Length: 2')}[]`,
      outcome: open({ status: 200, body: '[]' }),
    },
    { title: 'what Accept takes none of is 406', send: get('/echo', 'Accept: text/html'), outcome: open({ status: 406 }) },
    {
      title: 'a weight of 0 is a refusal',
      send: get('/echo', 'Accept: application/json;q=0, application/msgpack;q=0'),
      outcome: open({ status: 406 }),
    },
    {
      title: 'the higher weight wins',
      send: get('/echo', 'Accept: application/json;q=0.1, application/msgpack;q=0.2'),
      outcome: open({ status: 200, fields: { 'content-type': 'application/msgpack' } }),
    },
    { title: 'two lines of Accept are one list', send: get('/echo', 'Accept: text/html', 'Accept: application/json'), outcome: hello },
    {
      title: 'a type has no case',
      send: `${head('POST /echo HTTP/1.1', HOST, 'Content-Type: Application/JSON; Charset=UTF-8', 'Content-Length: 2')}[]`,
      outcome: open({ status: 200, body: '[]' }),
    },
  ],
};
