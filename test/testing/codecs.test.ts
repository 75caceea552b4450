import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc, { type Arbitrary } from 'fast-check';
import { Decoder, Encoder, json, LanewiseError, type MsgpackOptions, msgpack } from 'lanewise';
import {
  type Codec,
  codecLaws,
  deepEqual,
  jsonText,
  jsonValue,
  msgpackBytes,
  msgpackValue,
  nearlyJson,
  nearlyMsgpack,
} from 'lanewise/testing';

const RUNS = 150;
const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** JSON.stringify writes -0 as 0, and so does json.stringify. */
const withoutMinusZero = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** As `fromJson` reads a string: a lone surrogate is no text of MessagePack. */
const isText = (value: unknown): boolean => JSON.stringify(value)?.includes('\\ud') !== true;

const laws = <T>(codec: Codec<T>, values: Arbitrary<T>, garbage: Arbitrary<Uint8Array>): Promise<void> =>
  codecLaws(codec, values, { runs: RUNS, garbage, errorType: LanewiseError });

describe('the laws of codecs hold for', () => {
  it('msgpack.encode and msgpack.decode', () => laws({ encode: msgpack.encode, decode: msgpack.decode }, msgpackValue(), nearlyMsgpack()));

  it('msgpack.encode and msgpack.decodeStream', () =>
    codecLaws({ encode: msgpack.encode, decode: msgpack.decode }, msgpackValue(), {
      runs: RUNS,
      garbage: nearlyMsgpack(),
      errorType: LanewiseError,
      decodeStream: () => msgpack.decodeStream(),
    }));

  const variants: readonly (readonly [string, MsgpackOptions, Arbitrary<unknown>])[] = [
    ["float32: 'never'", { float32: 'never' }, msgpackValue()],
    [
      "int64: 'bigint'",
      { int64: 'bigint' },
      fc.oneof(fc.bigInt({ min: 2n ** 32n, max: 2n ** 64n - 1n }), fc.array(fc.double({ noInteger: true }))),
    ],
    ["invalidUtf8: 'lossy'", { invalidUtf8: 'lossy' }, msgpackValue()],
    ["invalidUtf8: 'bytes'", { invalidUtf8: 'bytes' }, msgpackValue()],
    ["nonStringKeys: 'error'", { nonStringKeys: 'error' }, jsonValue().filter(isText)],
    ["nonStringKeys: 'stringify'", { nonStringKeys: 'stringify' }, jsonValue().filter(isText)],
    ['depthMax: 3', { depthMax: 3 }, msgpackValue({ depthMax: 3 })],
  ];
  for (const [name, options, values] of variants) {
    it(`an Encoder and a Decoder with ${name}`, () => {
      const [encoder, decoder] = [new Encoder(options), new Decoder(options)];
      return laws({ encode: (value) => encoder.encode(value), decode: (bytes) => decoder.decode(bytes) }, values, nearlyMsgpack());
    });
  }

  it('json.stringify and json.parse', () =>
    laws({ encode: json.stringify, decode: (bytes) => json.parse(bytes) }, jsonValue().map(withoutMinusZero), nearlyJson()));

  it('msgpack.fromJson and msgpack.toJson, up to the spelling of the text', () =>
    laws<Uint8Array>(
      {
        encode: (bytes) => msgpack.fromJson(bytes),
        decode: (bytes) => msgpack.toJson(bytes),
        equal: (a, b) => deepEqual(JSON.parse(text(a)), JSON.parse(text(b))),
      },
      jsonText()
        .filter(({ value }) => isText(value))
        .map(({ text: bytes }) => bytes),
      nearlyMsgpack(),
    ));
});

describe('every way to read bytes agrees', () => {
  it('on JSON: the value of the text', () => {
    fc.assert(
      fc.property(jsonText(), ({ text: bytes, value }) => {
        json.validate(bytes);
        assert.ok(deepEqual(json.parse(bytes), value));
        assert.ok(deepEqual(json.document(bytes).value(), value));
        assert.ok(deepEqual(JSON.parse(text(json.minify(bytes))), value));
      }),
      { numRuns: RUNS },
    );
  });

  it('on MessagePack: the value of the bytes, in any width', () => {
    fc.assert(
      fc.property(msgpackBytes(), ({ bytes, value }) => {
        msgpack.validate(bytes);
        assert.ok(deepEqual(msgpack.decode(bytes), value));
        assert.ok(deepEqual([...new Decoder().decodeMulti(bytes)], [value]));
        assert.ok(deepEqual(msgpack.decode(msgpack.encode(value)), value));
      }),
      { numRuns: RUNS },
    );
  });
});
