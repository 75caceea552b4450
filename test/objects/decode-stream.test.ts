import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeStream } from '../../ts/decode-stream.ts';
import { LanewiseError } from '../../ts/error.ts';
import { BoundaryScanner, IS_BAD, NEEDS_MORE } from '../../ts/objects/decode/boundary-scanner.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { type MsgpackOptions, resolveOptions } from '../../ts/objects/options.ts';
import { encode, hex, join, nest } from './helpers.ts';

interface Outcome {
  values: unknown[];
  error: unknown;
}

/** What comes out of the stream until it ends or fails, every chunk read before the next one is written. */
async function pass(chunks: Iterable<Uint8Array>, options?: MsgpackOptions): Promise<Outcome> {
  const { readable, writable } = decodeStream(options);
  const writer = writable.getWriter();
  const values: unknown[] = [];
  const reading = (async () => {
    for await (const value of readable) values.push(value);
  })();
  let error: unknown;
  reading.catch(() => {});
  try {
    for (const chunk of chunks) {
      await writer.write(chunk);
      chunk.fill(0xc1);
      for (let i = 0; i < 4; i++) await Promise.resolve();
    }
    await writer.close();
    await reading;
  } catch (thrown) {
    error = thrown;
  }
  return { values, error };
}

function outcomeOf(call: () => Iterable<unknown>): Outcome {
  const values: unknown[] = [];
  try {
    for (const value of call()) values.push(value);
    return { values, error: undefined };
  } catch (error) {
    return { values, error };
  }
}

function where(error: unknown): unknown {
  return error instanceof LanewiseError ? { code: error.code, offset: error.offset } : error;
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

const SAMPLES: unknown[] = [
  null,
  -5,
  { id: 1, name: 'Ада €😀', tags: ['a', { b: [0.5, 2n ** 60n] }] },
  new Date(1.5e12),
  new Uint8Array(300).fill(7),
  'x'.repeat(70_000),
  new Map<unknown, unknown>([[[1], { c: new Map([[null, 'é'.repeat(40)]]) }]]),
  [],
  {},
  '',
];

describe('decodeStream', () => {
  it('gives the values of a stream that is cut at any byte', async () => {
    const small = SAMPLES.filter((value) => value !== SAMPLES[5]);
    const bytes = join(...small.map((value) => encode(value)));
    for (let at = 0; at <= bytes.length; at++) {
      const { values, error } = await pass(cut(bytes, [at]));
      assert.equal(error, undefined);
      assert.deepStrictEqual(values, small);
    }
    assert.deepStrictEqual(await pass(cut(join(encode(SAMPLES)), [3, 5, 5, 40_000, 50_000])), { values: [SAMPLES], error: undefined });
    assert.deepStrictEqual(await pass([]), { values: [], error: undefined });
  });

  it('says LW_MSGPACK_END when the stream ends within a value, with offsets from its start', async () => {
    const { values, error } = await pass([hex('01 92'), hex('02'), hex('')]);
    assert.deepEqual(where(error), { code: 'LW_MSGPACK_END', offset: 3 });
    assert.deepEqual(values, [1]);
  });

  it('fails as early as what has come tells', async () => {
    const cases: [string[], string, number, MsgpackOptions?][] = [
      [['01', '93 01', 'c1'], 'LW_MSGPACK_RESERVED', 3],
      [['01 d9', '40 61', '62 ff'], 'LW_UTF8', 5],
      [['01 a4 f0', '9f', '41'], 'LW_UTF8', 2],
      [['01 a2 f0'], 'LW_UTF8', 2],
      [['92 d7', 'ff', 'ff'], 'LW_MSGPACK_TIMESTAMP', 1],
      [['92 c7', '05', 'ff'], 'LW_MSGPACK_TIMESTAMP', 1],
      [['c7 0c ff 3b', '9a ca'], 'LW_MSGPACK_TIMESTAMP', 0],
      [['01 91', '91', '91'], 'LW_DEPTH', 3, { depthMax: 2 }],
      [['82 a161 01', '05'], 'LW_MSGPACK_KEY', 4, { nonStringKeys: 'error' }],
      [['82 a161 01', '90'], 'LW_MSGPACK_KEY', 4, { nonStringKeys: 'stringify' }],
      [['82 a161 01 a1', 'ff'], 'LW_MSGPACK_KEY', 4, { nonStringKeys: 'error', invalidUtf8: 'bytes' }],
    ];
    for (const [chunks, code, offset, options] of cases) {
      // The stream is not ended: the last chunk alone tells.
      const { writable, readable } = decodeStream(options);
      const writer = writable.getWriter();
      const failed = (async () => {
        for await (const _ of readable);
      })();
      failed.catch(() => {});
      writer.closed.catch(() => {});
      for (const [i, chunk] of chunks.entries()) {
        const written = writer.write(hex(chunk));
        if (i + 1 < chunks.length) await written;
        else assert.deepEqual(where(await written.catch((error) => error)), { code, offset }, chunks.join('|'));
      }
    }
  });

  it('does not take the offset of what an extension throws for one of its own', async () => {
    const decoder = new Decoder();
    const extension = { type: 4, match: () => false, encode: () => new Uint8Array(), decode: (bytes: Uint8Array) => decoder.decode(bytes) };
    const { values, error } = await pass([hex('01 02 d404 07 d404'), hex('c1')], { extensions: [extension] });
    assert.deepEqual(values, [1, 2, 7]);
    assert.deepEqual(where(error), { code: 'LW_MSGPACK_RESERVED', offset: 0 });
  });

  it('takes bytes alone', async () => {
    for (const chunk of ['text', [1], new ArrayBuffer(1), null]) {
      const { error } = await pass([chunk as never]);
      assert.ok(error instanceof TypeError);
    }
    assert.deepEqual(where((await pass([new Uint8Array(new SharedArrayBuffer(1))])).error), { code: 'LW_SHARED_INPUT', offset: -1 });
  });

  it('holds no more than has come, whatever a length claims', async () => {
    const before = process.memoryUsage();
    for (const claim of ['dbffffffff', 'ddffffffff', 'dfffffffff', 'c6ffffffff', 'c9ffffffff01']) {
      const { error } = await pass([hex(claim), hex('01')]);
      assert.equal((where(error) as { code: string }).code, 'LW_MSGPACK_END');
    }
    const after = process.memoryUsage();
    assert.ok(after.arrayBuffers + after.heapTotal - before.arrayBuffers - before.heapTotal < 64 * 2 ** 20);
  });

  it('looks at each byte twice at most, and copies no more than twice, in chunks of one byte too', async () => {
    const bytes = join(...SAMPLES.slice(0, 5).map((value) => encode(value)), encode(SAMPLES), encode(nest(500)));
    for (const size of [1, 2, 3, 7, 1000, bytes.length]) {
      let examined = 0;
      const scanner = new BoundaryScanner(resolveOptions());
      const count = (chunk: Uint8Array) =>
        new Proxy(chunk, {
          get: (target, key) => {
            if (typeof key === 'string' && /^\d+$/.test(key)) examined++;
            return Reflect.get(target, key, target);
          },
        });
      for (let start = 0; start < bytes.length; start += size) {
        const chunk = count(bytes.subarray(start, start + size));
        for (let pos = 0; pos >= 0; ) pos = scanner.scan(chunk, pos);
      }
      assert.ok(examined <= bytes.length, `the scanner looked at ${examined} of ${bytes.length} bytes in chunks of ${size}`);

      // What is then decoded is what has come, each byte of it once.
      let decoded = 0;
      const { decodeMulti } = Decoder.prototype;
      Decoder.prototype.decodeMulti = function (input) {
        decoded += input.length;
        return decodeMulti.call(this, input);
      };
      try {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
        assert.equal((await pass(chunks)).error, undefined);
      } finally {
        Decoder.prototype.decodeMulti = decodeMulti;
      }
      assert.equal(decoded, bytes.length);
    }
  });
});

const options: fc.Arbitrary<MsgpackOptions> = fc.record({
  invalidUtf8: fc.constantFrom('error', 'bytes', 'lossy'),
  nonStringKeys: fc.constantFrom('map', 'error', 'stringify'),
  depthMax: fc.constantFrom(1, 3, 1024),
});
const HEADERS = [
  0x81, 0x82, 0x91, 0x93, 0xa1, 0xa3, 0xc0, 0xc1, 0xc4, 0xc7, 0xca, 0xcb, 0xcf, 0xd4, 0xd6, 0xd7, 0xd8, 0xd9, 0xdc, 0xde, 0xff, 0x00, 0x01,
  0x04, 0x08, 0x0c, 0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xf0, 0x9f, 0x80,
];
const stream = fc.oneof(
  fc.array(fc.constantFrom(...HEADERS), { maxLength: 24 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(
      fc.array(fc.constantFrom(...SAMPLES.filter((_, i) => i !== 5)), { maxLength: 4 }),
      fc.nat(),
      fc.option(fc.constantFrom(...HEADERS)),
    )
    .map(([values, at, byte]) => {
      const bytes = join(...values.map((value) => encode(value)));
      if (byte !== null && bytes.length > 0) bytes[at % bytes.length] = byte;
      return bytes;
    }),
);

describe('for every stream', () => {
  it('any split is the whole', async () => {
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(), { maxLength: 6 }), options, async (bytes, cuts, chosen) => {
        const whole = outcomeOf(() => new Decoder(chosen).decodeMulti(bytes));
        const { values, error } = await pass(cut(bytes, cuts), chosen);
        assert.deepStrictEqual(where(error), where(whole.error));
        // Of a chunk with an error in it nothing may have been read.
        assert.deepStrictEqual(values, whole.values.slice(0, values.length));
        if (error === undefined) assert.equal(values.length, whole.values.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('the scanner stops where the Decoder would, and at no byte before', () => {
    fc.assert(
      fc.property(stream, options, (bytes, chosen) => {
        const scanner = new BoundaryScanner(resolveOptions(chosen));
        let start = 0;
        for (let end = 1; end <= bytes.length; end++) {
          const found = scanner.scan(bytes.subarray(0, end), end - 1);
          const { error } = outcomeOf(() => [new Decoder(chosen).decode(bytes.subarray(start, end))]);
          const code = error instanceof LanewiseError ? error.code : undefined;
          assert.equal(found, code === undefined ? end : code === 'LW_MSGPACK_END' ? NEEDS_MORE : IS_BAD, `${code} at ${end}`);
          if (found === IS_BAD) return;
          if (found === end) start = end;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
