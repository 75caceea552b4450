import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Decoder, Encoder, LanewiseError } from 'lanewise';
import { type Codec, CodecLawError, type CodecLawsOptions, codecLaws, msgpackValue } from 'lanewise/testing';

class BadInput extends Error {}

/** Doubles with a count before them: eight bytes each, the count in four. */
const doubles = {
  encode: (values: readonly number[]): Uint8Array => {
    const view = new DataView(new ArrayBuffer(4 + 8 * values.length));
    view.setUint32(0, values.length);
    for (const [i, value] of values.entries()) view.setFloat64(4 + 8 * i, value);
    return new Uint8Array(view.buffer);
  },
  decode: (bytes: Uint8Array): readonly number[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < 4 || bytes.length !== 4 + 8 * view.getUint32(0)) throw new BadInput('the count does not fit');
    return Array.from({ length: view.getUint32(0) }, (_, i) => view.getFloat64(4 + 8 * i));
  },
} satisfies Codec<readonly number[]>;

const lists: fc.Arbitrary<readonly number[]> = fc.array(fc.oneof(fc.double(), fc.constantFrom(-0, 0)), { maxLength: 6 });

/** Decodes messages of `doubles`, one after another, whatever the chunks. */
function doublesStream(cut: (held: Uint8Array, chunk: Uint8Array) => Uint8Array = joined): TransformStream<Uint8Array, readonly number[]> {
  let held = new Uint8Array();
  return new TransformStream({
    transform(chunk, controller) {
      held = cut(held, chunk) as Uint8Array<ArrayBuffer>;
      for (;;) {
        if (held.length < 4) return;
        const size = 4 + 8 * new DataView(held.buffer, held.byteOffset).getUint32(0);
        if (held.length < size) return;
        controller.enqueue(doubles.decode(held.subarray(0, size)));
        held = held.slice(size);
      }
    },
    flush() {
      if (held.length > 0) throw new BadInput('cut off');
    },
  });
}

function joined(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  return Uint8Array.from([...held, ...chunk]);
}

/** The error of a codec that has to break a law. */
async function broken<T>(codec: Codec<T>, values: fc.Arbitrary<T>, options?: CodecLawsOptions<T>): Promise<CodecLawError> {
  try {
    await codecLaws(codec, values, options);
  } catch (error) {
    assert.ok(error instanceof CodecLawError, String(error));
    assert.ok(error instanceof Error && error.name === 'CodecLawError');
    assert.ok(error.message.includes(`"${error.law}"`) && /seed -?\d+/.test(error.message), error.message);
    return error;
  }
  assert.fail('the codec passes');
}

const encoder = new Encoder();
const decoder = new Decoder();
const msgpack: Codec<unknown> = { encode: (value) => encoder.encode(value), decode: (bytes) => decoder.decode(bytes) };

describe('codecLaws passes a good codec', () => {
  it('with and without a stream, an error type, and an equality', async () => {
    await codecLaws(doubles, lists);
    await codecLaws(doubles, lists, { errorType: BadInput, decodeStream: () => doublesStream(), runs: 300, seed: 7 });
    const unordered: Codec<Set<number>> = {
      encode: (set) => Uint8Array.from([...set].sort((a, b) => a - b)),
      decode: (bytes) => new Set(bytes),
      equal: (a, b) => a.size === b.size && [...a].every((element) => b.has(element)),
    };
    await codecLaws(
      unordered,
      fc.uniqueArray(fc.nat({ max: 255 })).map((list) => new Set(list)),
    );
  });
});

describe('codecLaws catches a codec that', () => {
  it('loses -0', async () => {
    const { law, counterexample } = await broken({ ...doubles, decode: (bytes) => doubles.decode(bytes).map((value) => value + 0) }, lists);
    assert.equal(law, 'round trip');
    assert.ok(Object.is((counterexample as { value: number[] }).value[0], -0));
    assert.equal((counterexample as { value: number[] }).value.length, 1);
  });

  it('aliases its input', async () => {
    const bytes: Codec<Uint8Array> = { encode: (value) => value.slice(), decode: (input) => input };
    const { law, counterexample } = await broken(bytes, fc.uint8Array());
    assert.equal(law, 'no aliasing');
    assert.equal((counterexample as { value: Uint8Array }).value.length, 1);
  });

  it('is wrong at one width: strings of 65536 bytes and more', async () => {
    const narrow: Codec<unknown> = {
      ...msgpack,
      encode: (value) => {
        const written = encoder.encode(value);
        if (written[0] === 0xdb) written[1] = 1;
        return written;
      },
    };
    const { law, counterexample } = await broken(narrow, msgpackValue(), { seed: 3 });
    assert.equal(law, 'round trip');
    assert.ok(new TextEncoder().encode((counterexample as { value: string }).value).length >= 65_536);
  });

  it('throws a bare TypeError on garbage', async () => {
    const careless: Codec<{ name: string }> = {
      encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
      decode: (bytes) => {
        const { name } = JSON.parse(new TextDecoder().decode(bytes));
        return { name: name.slice(0) };
      },
    };
    const values = fc.record({ name: fc.string() }, { noNullPrototype: true });
    const { law, message, cause } = await broken(careless, values, { garbage: fc.json().map((json) => new TextEncoder().encode(json)) });
    assert.equal(law, 'error type');
    assert.match(message, /bare TypeError/);
    assert.ok(cause instanceof Error);
    assert.equal((await broken(careless, values, { errorType: BadInput })).law, 'error type');
    const tuned: Codec<readonly number[]> = {
      ...doubles,
      decode: (bytes) => (bytes.length < 4 ? doubles.decode(bytes) : Array.from(bytes, Number)),
    };
    assert.notEqual((await broken(tuned, lists)).law, 'error type');
  });

  it('depends on how a stream is cut', async () => {
    const forgetful = () => doublesStream((held, chunk) => (held.length === 3 ? chunk : joined(held, chunk)));
    const { law, message } = await broken(doubles, lists, { decodeStream: forgetful });
    assert.equal(law, 'chunk independence');
    assert.match(message, /in chunks of [\d, ]+ bytes/);
  });

  it('gives other bytes for the same value', async () => {
    let calls = 0;
    const restless = { ...doubles, encode: (values: readonly number[]) => joined(doubles.encode(values), Uint8Array.of(calls++ & 1)) };
    const decode = (bytes: Uint8Array) => doubles.decode(bytes.subarray(0, -1));
    assert.equal((await broken({ ...restless, decode }, lists)).law, 'determinism');
  });

  it('gives memory that the next call overwrites', async () => {
    const view: Codec<unknown> = { encode: (value) => encoder.encodeView(value), decode: msgpack.decode };
    assert.equal((await broken(view, msgpackValue())).law, 'no aliasing');
    const cached = new Map<unknown, Uint8Array>();
    const caching: Codec<number> = {
      encode: (value) => {
        const bytes = cached.get(value) ?? Uint8Array.of(value);
        cached.set(value, bytes);
        return bytes;
      },
      decode: (bytes) => bytes[0] ?? 0,
    };
    assert.equal((await broken(caching, fc.nat({ max: 255 }))).law, 'no aliasing');
  });

  it('changes the value, or the bytes', async () => {
    const sorting: Codec<number[]> = {
      encode: (value) => Uint8Array.from(value.sort((a, b) => a - b)),
      decode: (bytes) => [...bytes],
      equal: (a, b) => `${[...a].sort()}` === `${[...b].sort()}`,
    };
    assert.equal((await broken(sorting, fc.array(fc.nat({ max: 255 })))).law, 'no mutation');
    const reversing: Codec<number[]> = { encode: (value) => Uint8Array.from(value).reverse(), decode: (bytes) => [...bytes.reverse()] };
    assert.equal((await broken(reversing, fc.array(fc.nat({ max: 255 })))).law, 'no mutation');
  });

  it('reads from the start of the buffer instead of the view', async () => {
    const lost: Codec<number> = {
      encode: (value) => new Uint8Array(Float64Array.of(value).buffer),
      decode: (bytes) => {
        if (bytes.length < 8) throw new BadInput();
        return new DataView(bytes.buffer).getFloat64(0, true);
      },
    };
    assert.equal((await broken(lost, fc.double())).law, 'views');
  });

  it('allocates what a length promises', async () => {
    const trusting: Codec<readonly number[]> = {
      ...doubles,
      decode: (bytes) => {
        if (bytes.length < 4) throw new BadInput();
        const reserved = new Float64Array(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) & 0x3f_ffff);
        return reserved.length >= 0 ? doubles.decode(bytes) : [];
      },
    };
    const { law, message, counterexample } = await broken(trusting, lists);
    assert.equal(law, 'bounded memory');
    assert.match(message, /decoding \d+ bytes took \d+ MiB/);
    assert.ok((counterexample as { garbage: Uint8Array }).garbage.length < 50);
    const sparse: Codec<readonly number[]> = {
      ...doubles,
      decode: (bytes) => (bytes.length === 5 ? Object.assign([], { length: 2 ** 26 }) : doubles.decode(bytes)),
    };
    assert.equal((await broken(sparse, lists, { garbage: fc.constant(new Uint8Array(5)) })).law, 'bounded memory');
  });

  it('throws while it should not, or gives no bytes', async () => {
    const failing: Codec<number> = {
      encode: () => {
        throw new LanewiseError('LW_SIZE');
      },
      decode: () => 0,
    };
    const error = await broken(failing, fc.nat());
    assert.equal(error.law, 'round trip');
    assert.ok(error.cause instanceof LanewiseError);
    assert.deepEqual(error.counterexample, { value: 0, other: 0 });
    const textual = { encode: (value: number) => String(value) as never, decode: Number } as unknown as Codec<number>;
    assert.match((await broken(textual, fc.nat())).message, /not a Uint8Array/);
  });
});

describe('a failure of codecLaws', () => {
  it('is the same for the same seed', async () => {
    const wrong = { ...doubles, decode: (bytes: Uint8Array) => doubles.decode(bytes).map((value) => value + 0) };
    const [first, second] = [await broken(wrong, lists, { seed: 5 }), await broken(wrong, lists, { seed: 5 })];
    assert.equal(first.message, second.message);
    assert.match(first.message, /seed 5/);
  });
});
