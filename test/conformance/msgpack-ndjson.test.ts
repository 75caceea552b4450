import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LanewiseError, msgpack } from 'lanewise';
import { bytesThrough } from '../streams.ts';
import { bytes, failure, hex, text } from './helpers.ts';

const LINES = '{"a":1,"b":[0.5,"é"]}\n\r\n [] \r\n"x\\n"\n12345678901234567890\n{"a":1,"a":2}';
const PACKED = hex('82 a161 01 a162 92 ca3f000000 a2c3a9  90  a2780a  cfab54a98ceb1f0ad2  82 a16101 a16102');
const LINES_BACK = '{"a":1,"b":[0.5,"é"]}\n[]\n"x\\n"\n12345678901234567890\n{"a":1,"a":2}\n';

async function run(chunks: readonly Uint8Array[], stream: TransformStream<Uint8Array, Uint8Array>): Promise<Uint8Array> {
  return Uint8Array.from(await bytesThrough(stream, chunks));
}

/** Every way to cut `input` in two, and one byte at a time. */
function cuts(input: Uint8Array): Uint8Array[][] {
  const pairs = Array.from({ length: input.length + 1 }, (_, at) => [input.slice(0, at), input.slice(at)]);
  return [...pairs, Array.from(input, (byte) => Uint8Array.of(byte)), [new Uint8Array(0), input, new Uint8Array(0)]];
}

async function fault(chunks: readonly Uint8Array[], stream: TransformStream<Uint8Array, Uint8Array>): Promise<object> {
  try {
    await run(chunks, stream);
  } catch (error) {
    assert.ok(error instanceof LanewiseError, `threw ${String(error)}`);
    return { code: error.code, offset: error.offset };
  }
  assert.fail('nothing was thrown');
}

describe('fromNdjson', () => {
  it('converts each line that is not blank', () => {
    assert.deepEqual(msgpack.fromNdjson(bytes(LINES)), PACKED);
    assert.deepEqual(msgpack.fromNdjson(bytes('\n \n')), new Uint8Array(0));
    assert.deepEqual(msgpack.fromNdjson(bytes('0.5'), { float32: 'never' }), hex('cb3fe0000000000000'));
  });

  it('counts the place of an error in the whole', () => {
    assert.deepEqual(
      failure(() => msgpack.fromNdjson(bytes('{}\n[1,]\n'))),
      { code: 'LW_JSON_UNEXPECTED', offset: 6 },
    );
    assert.deepEqual(
      failure(() => msgpack.fromNdjson(bytes('1\n[[2]]'), { depthMax: 1 })),
      { code: 'LW_DEPTH', offset: 3 },
    );
    // The line ends within a sequence.
    assert.deepEqual(
      failure(() => msgpack.fromNdjson(hex('31 0a 22 c3 0a a9 22'))),
      { code: 'LW_JSON_END', offset: 4 },
    );
    assert.deepEqual(
      failure(() => msgpack.fromNdjson(hex('31 0a 22 c3 22 0a 32'))),
      { code: 'LW_UTF8', offset: 3 },
    );
  });

  it('takes bytes and nothing else', () => {
    assert.throws(() => msgpack.fromNdjson('1' as never), TypeError);
    assert.throws(() => msgpack.fromNdjson(bytes('1'), { depthMax: -1 }), TypeError);
    assert.deepEqual(
      failure(() => msgpack.fromNdjson(new Uint8Array(new SharedArrayBuffer(1)))),
      { code: 'LW_SHARED_INPUT', offset: -1 },
    );
  });
});

describe('toNdjson', () => {
  it('writes a line for each value', () => {
    assert.equal(text(msgpack.toNdjson(PACKED)), LINES_BACK);
    assert.equal(text(msgpack.toNdjson(new Uint8Array(0))), '');
    assert.equal(text(msgpack.toNdjson(hex('8101c0'), { nonStringKeys: 'stringify' })), '{"1":null}\n');
  });

  it('counts the place of an error in the whole', () => {
    for (const [input, code, offset] of [
      ['01 c1', 'LW_MSGPACK_RESERVED', 1],
      ['01 92 02', 'LW_MSGPACK_END', 3],
      ['01 81 02 03', 'LW_MSGPACK_NOT_JSON', 2],
      ['01 a1 ff 02', 'LW_UTF8', 2],
      ['a1 c3 a1 a9', 'LW_UTF8', 1],
    ] as const) {
      assert.deepEqual(
        failure(() => msgpack.toNdjson(hex(input))),
        { code, offset },
      );
    }
  });
});

describe('the streams', () => {
  it('give what the whole gives, wherever it is cut', async () => {
    for (const chunks of cuts(bytes(LINES))) assert.deepEqual(await run(chunks, msgpack.fromNdjsonStream()), PACKED);
    for (const chunks of cuts(PACKED)) assert.equal(text(await run(chunks, msgpack.toNdjsonStream())), LINES_BACK);
  });

  it('count the place of an error from their start', async () => {
    const lines = bytes('[1]\n\n{"a":"é"}\n[1 2]\n');
    for (const chunks of cuts(lines)) {
      assert.deepEqual(await fault(chunks, msgpack.fromNdjsonStream()), { code: 'LW_JSON_UNEXPECTED', offset: 19 });
    }
    for (const [packed, code, offset] of [
      ['01 92 02 c1 03', 'LW_MSGPACK_RESERVED', 3],
      ['01 93 a1 ff c1', 'LW_UTF8', 3],
      ['01 91 91 02', 'LW_DEPTH', 2],
      ['01 c7 0c ff 3b', 'LW_MSGPACK_END', 5],
      ['01 82 a1 61', 'LW_MSGPACK_END', 4],
      ['01 ca 7f 80 00 00 02', 'LW_MSGPACK_NOT_JSON', 1],
    ] as const) {
      for (const chunks of cuts(hex(packed))) {
        assert.deepEqual(await fault(chunks, msgpack.toNdjsonStream({ depthMax: 1 })), { code, offset }, packed);
      }
    }
  });

  it('give a value as soon as it is whole', async () => {
    const stream = msgpack.toNdjsonStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    void writer.write(hex('01 92 02'));
    assert.equal(text((await reader.read()).value as Uint8Array), '1\n');
    void writer.write(hex('03 a3 61'));
    assert.equal(text((await reader.read()).value as Uint8Array), '[2,3]\n');
    void writer.write(hex('62'));
    void writer.write(hex('63'));
    void writer.close();
    assert.equal(text((await reader.read()).value as Uint8Array), '"abc"\n');
    assert.equal((await reader.read()).done, true);
  });

  it('do not keep the chunks that they were given', async () => {
    const stream = msgpack.toNdjsonStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const chunk = hex('a3 61 62');
    const read = reader.read();
    await writer.write(chunk);
    chunk.fill(0);
    void writer.write(hex('63'));
    assert.equal(text((await read).value as Uint8Array), '"abc"\n');
  });

  it('take time in proportion to a value that comes in many chunks', async () => {
    const COUNT = 40_000;
    const value = msgpack.encode(Array.from({ length: COUNT }, () => 'text'));
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < value.length; at += 16) chunks.push(value.subarray(at, at + 16));
    const start = performance.now();
    const out = await run(chunks, msgpack.toNdjsonStream());
    assert.equal(out.length, COUNT * 7 + 2);
    // Scanned anew for each chunk it would take minutes.
    assert.ok(performance.now() - start < 10_000);
  });

  it('refuse what is no chunk', async () => {
    await assert.rejects(run(['x' as never], msgpack.toNdjsonStream()), TypeError);
    await assert.rejects(run(['x' as never], msgpack.fromNdjsonStream()), TypeError);
    assert.throws(() => msgpack.toNdjsonStream({ depthMax: Number.NaN }), TypeError);
  });
});
