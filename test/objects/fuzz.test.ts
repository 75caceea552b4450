import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { StackReader } from '../../ts/objects/decode/stack-reader.ts';
import { NameCache } from '../../ts/objects/name-cache.ts';
import { resolveOptions } from '../../ts/objects/options.ts';
import { encode } from './helpers.ts';

const STEPS = 1_000_000;
/** Every so often the value, or the error, is compared with that of the reader that knows no shapes. */
const COMPARED_EVERY = 64;
const SEED = 20_250_601;

/** Numbers from 0 to 2^32, the same in every run (xorshift). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const MESSAGES = [
  { id: 7, name: 'Ада', tags: ['a', 'bc', 'é'], on: true, at: new Date(1), score: 0.5 },
  [[0.1, 0.2], [1, -2, 300, -40_000, 2 ** 40, 2n ** 60n], { 700: 1, 65: 'x', b: null }],
  new Map<unknown, unknown>([
    [1, { a: { b: [{ c: 1 }, { c: 2 }] } }],
    ['k', new Uint8Array(5)],
  ]),
  ['слово', 'другое слово, длиннее', 'x'.repeat(33), { text: 'é'.repeat(20) }],
].map((value) => encode(value));

it('nothing but LanewiseError, with an offset in the input, comes of a million broken messages', () => {
  const random = randomNumbers(SEED);
  const decoder = new Decoder();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (let step = 0; step < STEPS; step++) {
      const message = MESSAGES[random() % MESSAGES.length] as Uint8Array;
      const at = random() % message.length;
      const kept = message[at] as number;
      message[at] = random();
      const input = random() % 4 === 0 ? message.subarray(0, random() % (message.length + 1)) : message;
      let outcome: unknown;
      try {
        outcome = decoder.decode(input);
      } catch (error) {
        if (!(error instanceof LanewiseError) || !(error.offset >= 0 && error.offset <= input.length)) throw error;
        outcome = error;
      }
      if (step % COMPARED_EVERY === 0) compare(outcome, input, step);
      message[at] = kept;
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

/** The outcome is that of the reader that goes byte by byte. */
function compare(outcome: unknown, input: Uint8Array, step: number): void {
  const reader = new StackReader({ options: resolveOptions(), extensions: new Map() }, new NameCache());
  let expected: unknown;
  try {
    expected = reader.read(input, 0, 0);
    if (reader.end < input.length) expected = new LanewiseError('LW_MSGPACK_TRAILING', reader.end);
  } catch (error) {
    expected = error;
  }
  if (outcome instanceof LanewiseError && expected instanceof LanewiseError) {
    assert.deepEqual([outcome.code, outcome.offset], [expected.code, expected.offset], `step ${step}`);
  } else {
    assert.deepStrictEqual(outcome, expected, `step ${step}`);
  }
}
