import {
  bad,
  type Case,
  chunked,
  closed,
  get,
  HELLO,
  head,
  helloAndClose,
  LIMITS,
  nodeHttp,
  open,
  post,
  refused,
  type Section,
  seen,
} from './case.ts';

const ABC = seen({ body: 'abc' });
const NOTHING = seen({});

/** A Content-Length, and "abc" behind the head. */
const length = (title: string, value: string, outcome: Case['outcome'] = bad): Case => ({
  title,
  send: post('abc', `Content-Length: ${value}`),
  outcome,
});

/** A Transfer-Encoding, and a chunk with "abc". */
const coding = (title: string, value: string, outcome: Case['outcome']): Case => ({
  title,
  send: post('3\r\nabc\r\n0\r\n\r\n', `Transfer-Encoding: ${value}`),
  outcome,
});

const chunks = (title: string, body: string, outcome: Case['outcome'] = bad): Case => ({ title, send: chunked(body), outcome });

const refusedCoding = refused(400, 501);
const tooLarge: Case['outcome'] = { replies: [{ status: 413 }], connection: 'either' };
const HIDDEN = 'HTTP/1.1\r\nHost: a\r\n\r\n';

export const MESSAGE_BODY: Section = {
  '9112 6.2 Content-Length': [
    length('it is the size of the body', '3', ABC),
    { title: 'none is no body', send: post(''), outcome: NOTHING },
    { title: 'so is 0', send: post('', 'Content-Length: 0'), outcome: NOTHING },
    { title: 'what follows the body is the next request', send: post('abc', 'Content-Length: 3') + get(), outcome: andHello(ABC) },
    { title: 'what follows no body is the next request', send: post('') + get(), outcome: andHello(NOTHING) },
    { title: 'a GET may have one', send: `${get('/see/', 'Content-Length: 3')}abc`, outcome: seen({ method: 'GET', body: 'abc' }) },
    { title: 'a body is bytes, line ends too', send: post('\r\n\r', 'Content-Length: 3'), outcome: seen({ body: '\r\n\r' }) },
    length('zeros in front count for nothing', '0003', ABC),
    length('spaces around it count for nothing', '  3 ', ABC),
    { ...length('so do tabs', '\t3\t', ABC), except: nodeHttp('llhttp takes spaces alone', bad) },
    length('a sign is refused', '+3'),
    length('a negative one is refused', '-3'),
    length('an empty one is refused', ''),
    length('a word is refused', 'abc'),
    length('hexadecimal is refused', '0x3'),
    length('a fraction is refused', '3.0'),
    length('an exponent is refused', '3e0'),
    length('a space inside is refused', '3 3'),
    length('a parameter is refused', '3;a'),
    length('a digit that is not of ASCII is refused', '\xb3'),
    length('2^64 is refused', '18446744073709551616', refused(400, 413)),
    length('2^64 + 3 is refused', '18446744073709551619', refused(400, 413)),
    length('one of 40 digits is refused', '9'.repeat(40), refused(400, 413)),
    length('a list of the same is refused', '3, 3'),
    length('a list of others is refused', '3, 4'),
    { title: 'two lines are refused', send: post('abc', 'Content-Length: 3', 'Content-Length: 4'), outcome: bad },
    { title: 'two lines of the same are refused', send: post('abc', 'Content-Length: 3', 'Content-Length: 3'), outcome: bad },
    { title: 'two lines are refused in any case of letters', send: post('abc', 'Content-Length: 3', 'content-length: 4'), outcome: bad },
    {
      title: 'a body of the limit is taken',
      send: post('x'.repeat(LIMITS.bodyBytes), `Content-Length: ${LIMITS.bodyBytes}`),
      outcome: seen({ body: 'x'.repeat(LIMITS.bodyBytes) }),
    },
    { title: 'one beyond it is refused by its announcement', send: post('', `Content-Length: ${LIMITS.bodyBytes + 1}`), outcome: tooLarge },
    { title: 'so is a huge one', send: post('', 'Content-Length: 9007199254740993'), outcome: tooLarge },
  ],
  '9112 6.1 Transfer-Encoding': [
    coding('chunked is the one coding', 'chunked', ABC),
    coding('it has no case', 'CHUNKED', ABC),
    coding('white space around it counts for nothing', '\t chunked ', ABC),
    coding('another has no certain end', 'gzip', bad),
    coding('another before it is not implemented', 'gzip, chunked', refused(501)),
    coding('chunked is the last one', 'chunked, gzip', bad),
    coding('chunked stands once', 'chunked, chunked', refusedCoding),
    coding('identity is no coding', 'identity', bad),
    coding('identity before it is none', 'identity, chunked', refused(400, 501)),
    coding('an empty one is refused', '', bad),
    coding('a comma before it is refused', ',chunked', [refusedCoding, ABC]),
    coding('a comma behind it is refused', 'chunked,', [refusedCoding, ABC]),
    coding('a name that ends like it is refused', 'xchunked', bad),
    coding('a name that begins like it is refused', 'chunkedx', bad),
    coding('a parameter is refused', 'chunked;a=b', bad),
    coding('quotes are refused', '"chunked"', bad),
    coding('a control character is refused', '\x0bchunked', bad),
    {
      title: 'two lines are refused',
      send: post('0\r\n\r\n', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
      outcome: refusedCoding,
    },
    {
      title: 'two lines are one list',
      send: post('0\r\n\r\n', 'Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'),
      outcome: refusedCoding,
    },
    {
      title: 'white space before its colon is refused',
      send: post('0\r\n\r\n', 'Transfer-Encoding : chunked'),
      outcome: bad,
    },
    {
      title: 'a length behind it is refused',
      send: post('3\r\nabc\r\n0\r\n\r\n', 'Transfer-Encoding: chunked', 'Content-Length: 13'),
      outcome: bad,
    },
    {
      title: 'a length before it is refused',
      send: post('3\r\nabc\r\n0\r\n\r\n', 'Content-Length: 13', 'Transfer-Encoding: chunked'),
      outcome: bad,
    },
    {
      title: 'a length beside another coding is refused',
      send: post('abc', 'Content-Length: 3', 'Transfer-Encoding: gzip'),
      outcome: refusedCoding,
    },
    {
      title: 'a request hidden by a length is never answered',
      send: post(`0\r\n\r\nGET /text ${HIDDEN}`, 'Content-Length: 6', 'Transfer-Encoding: chunked'),
      outcome: bad,
    },
    {
      title: 'HTTP/1.0 has none',
      send: `${head('POST /see/ HTTP/1.0', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`,
      outcome: bad,
    },
    {
      title: 'HTTP/1.0 that would go on has none either',
      send: `${head('POST /see/ HTTP/1.0', 'Connection: keep-alive', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
      outcome: bad,
    },
    {
      title: 'a GET may have one',
      send: `${get('/see/', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`,
      outcome: seen({ method: 'GET', body: 'abc' }),
    },
  ],
  '9112 7.1 Chunked coding': [
    chunks('chunks are put together', '1\r\na\r\n2\r\nbc\r\n0\r\n\r\n', ABC),
    chunks('the last chunk alone is an empty body', '0\r\n\r\n', NOTHING),
    { title: 'what follows the last chunk is the next request', send: chunked('3\r\nabc\r\n0\r\n\r\n') + get(), outcome: andHello(ABC) },
    chunks('a size is hexadecimal', 'A\r\n0123456789\r\n0\r\n\r\n', seen({ body: '0123456789' })),
    chunks('in both cases', 'a\r\n0123456789\r\n0\r\n\r\n', seen({ body: '0123456789' })),
    chunks('zeros in front count for nothing', '003\r\nabc\r\n000\r\n\r\n', ABC),
    chunks('data may be line ends', '4\r\n\r\n\r\n\r\n0\r\n\r\n', seen({ body: '\r\n\r\n' })),
    chunks('a size is there', '\r\nabc\r\n0\r\n\r\n'),
    chunks('a size is not negative', '-3\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no sign', '+3\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no prefix', '0x3\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has hexadecimal digits alone', 'g\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no underscore', '0_3\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no space before it', ' 3\r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no space behind it', '3 \r\nabc\r\n0\r\n\r\n'),
    chunks('a size has no tab behind it', '3\t\r\nabc\r\n0\r\n\r\n'),
    chunks('a size of 2^64 is refused', '10000000000000000\r\nabc', refused(400, 413)),
    chunks('a size of 2^64 + 3 is refused', '10000000000000003\r\nabc\r\n0\r\n\r\n', refused(400, 413)),
    {
      ...chunks('a size beyond the limit is refused when it is announced', 'fffffffff\r\nabc', {
        replies: [{ status: 413 }],
        connection: 'either',
      }),
      // Ended by the deadline of bodies.
      except: nodeHttp('node:http counts data as it comes', refused(408)),
    },
    chunks('data beyond the limit is refused', `3e9\r\n${'x'.repeat(1001)}\r\n0\r\n\r\n`, tooLarge),
    chunks('chunks beyond the limit together are refused', `${'64\r\n'.concat('x'.repeat(100), '\r\n').repeat(11)}0\r\n\r\n`, tooLarge),
    chunks(
      'chunks of the limit together are taken',
      `${'64\r\n'.concat('x'.repeat(100), '\r\n').repeat(10)}0\r\n\r\n`,
      seen({ body: 'x'.repeat(1000) }),
    ),
    chunks('a size ends with CR LF', '3\nabc\r\n0\r\n\r\n'),
    chunks('a bare CR ends no size', '3\rabc\r\n0\r\n\r\n'),
    chunks('data ends with CR LF', '3\r\nabc\n0\r\n\r\n'),
    chunks('a bare CR ends no data', '3\r\nabc\r0\r\n\r\n'),
    chunks('something ends the data', '3\r\nabc0\r\n\r\n'),
    chunks('data is as long as its size', '3\r\nabcd\r\n0\r\n\r\n'),
    chunks('data is not shorter than its size', '4\r\nabc\r\n0\r\n\r\n'),
    chunks('the last chunk ends with CR LF', '3\r\nabc\r\n0\n\r\n'),
    chunks('so does the body', '3\r\nabc\r\n0\r\n\n'),
    chunks('the body ends with an empty line', '3\r\nabc\r\n0\r\nx'.concat('\r\n\r\n')),
  ],
  '9112 7.1.1 Chunk extensions': [
    chunks('an extension is passed over', '3;a=b\r\nabc\r\n0\r\n\r\n', ABC),
    chunks('one without a value is', '3;a\r\nabc\r\n0\r\n\r\n', ABC),
    chunks('several are', '3;a=b;c;d=e\r\nabc\r\n0;f\r\n\r\n', ABC),
    chunks('a quoted value is', '3;a="b;c"\r\nabc\r\n0\r\n\r\n', ABC),
    chunks('a size in a quoted value is none', '3;a="9"\r\nabc\r\n0\r\n\r\n', ABC),
    { ...chunks('white space around the semicolon is passed over', '3 ; a\r\nabc\r\n0\r\n\r\n', [ABC, bad]) },
    chunks('a bare LF ends none', '3;a\nabc\r\n0\r\n\r\n'),
    chunks('a bare CR ends none', '3;a\rabc\r\n0\r\n\r\n'),
    chunks('none has a control character', '3;a=\x01\r\nabc\r\n0\r\n\r\n'),
    chunks('none has a NUL', '3;a=\0\r\nabc\r\n0\r\n\r\n'),
    chunks('a quoted value has no line end', '3;a="b\r\nc"\r\nabc\r\n0\r\n\r\n'),
    chunks('a size stands before it', ';a=b\r\nabc\r\n0\r\n\r\n'),
    chunks('they have a limit', `3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`, refused(400, 413, 431)),
    chunks('all of them together have', `${`1;${'a'.repeat(900)}\r\nx\r\n`.repeat(40)}0\r\n\r\n`, [
      refused(400, 413, 431),
      seen({ body: 'x'.repeat(40) }),
    ]),
  ],
  '9112 7.1.2 Chunked trailers': [
    chunks('a trailer is passed over', '3\r\nabc\r\n0\r\nX: y\r\n\r\n', ABC),
    chunks('several are', '3\r\nabc\r\n0\r\nX: y\r\nZ:\r\n\r\n', ABC),
    { title: 'the next request follows them', send: chunked('3\r\nabc\r\n0\r\nX: y\r\n\r\n') + get(), outcome: andHello(ABC) },
    chunks('a trailer is no field of the head', '0\r\nX: y\r\n\r\n', NOTHING),
    chunks('a trailer frames nothing', '3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n', [ABC, bad]),
    chunks('nor does this one', '3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n', [ABC, bad]),
    chunks('white space stands before no colon', '3\r\nabc\r\n0\r\nX : y\r\n\r\n'),
    chunks('a colon is there', '3\r\nabc\r\n0\r\nX\r\n\r\n'),
    chunks('a name is there', '3\r\nabc\r\n0\r\n: y\r\n\r\n'),
    chunks('no line is folded', '3\r\nabc\r\n0\r\nX: y\r\n z\r\n\r\n'),
    chunks('none begins with white space', '3\r\nabc\r\n0\r\n X: y\r\n\r\n'),
    chunks('a bare LF ends no line', '3\r\nabc\r\n0\r\nX: y\nZ: a\r\n\r\n'),
    chunks('a value has no NUL', '3\r\nabc\r\n0\r\nX: \0\r\n\r\n'),
    chunks('they have a limit of bytes', `3\r\nabc\r\n0\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, refused(400, 413, 431)),
    chunks('many are taken within the limit of bytes, or refused', `3\r\nabc\r\n0\r\n${'X:\r\n'.repeat(30)}\r\n`, [
      ABC,
      refused(400, 413, 431),
    ]),
  ],
  '9112 6.3 Message body length': [
    {
      title: 'HTTP/1.0 may have a length',
      send: `${head('POST /see/ HTTP/1.0', 'Content-Length: 3')}abc`,
      outcome: closed(...ABC.replies),
    },
    { title: 'HTTP/1.0 without one has no body', send: head('POST /see/ HTTP/1.0'), outcome: closed(...NOTHING.replies) },
    { title: 'a refused body of the echo has an answer', send: head('POST /echo HTTP/1.1', 'Host: a'), outcome: open({ status: 415 }) },
    {
      title: 'a body that goes wrong behind its answer ends the connection, without another answer',
      send: `${head('POST /given HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')}3\r\nabcx\r\n`,
      outcome: closed({ status: 200, body: 'given' }),
    },
    {
      title: 'a body that nobody wants is passed over',
      send: `${head('POST /text HTTP/1.1', 'Host: a', 'Content-Length: 3')}abc${get()}`,
      outcome: [open({ status: 405 }, { status: 200, body: HELLO }), closed({ status: 405 })],
    },
    {
      title: 'chunks that nobody wants are passed over',
      send: `${head('POST /no HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n${get()}`,
      outcome: [open({ status: 404 }, { status: 200, body: HELLO }), closed({ status: 404 })],
    },
    {
      title: 'HEAD may have a body',
      send: `${head('HEAD /echo HTTP/1.0', 'Content-Length: 3')}abc`,
      outcome: closed({ status: 200, isHead: true }),
    },
    {
      title: 'a body of HTTP/1.0 ends with its length',
      send: `${head('GET /echo HTTP/1.0', 'Content-Length: 3')}abc`,
      outcome: helloAndClose,
    },
  ],
};

/** What `first` comes of, and then of `get()`. */
function andHello(first: ReturnType<typeof open>): ReturnType<typeof open> {
  return open(...first.replies, { status: 200, body: HELLO });
}
