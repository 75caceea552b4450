import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { encodeStream } from '../../ts/objects/encode/encode-stream.ts';
import { encode, toHex } from './helpers.ts';

async function messagesOf(values: readonly unknown[], stream = encodeStream()): Promise<Uint8Array[]> {
  const source = new ReadableStream<unknown>({
    start(controller) {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });
  const messages: Uint8Array[] = [];
  for await (const message of source.pipeThrough(stream)) messages.push(message);
  return messages;
}

describe('encodeStream', () => {
  it('gives the message of each value, null and undefined among them', async () => {
    const values = [1, 'a', null, undefined, [], { a: [0.5] }, new Map([[1, 2]]), 'é'.repeat(5000), false, 0, ''];
    const messages = await messagesOf(values);
    assert.deepEqual(
      messages.map(toHex),
      values.map((value) => toHex(encode(value))),
    );
  });

  it('writes with its options', async () => {
    assert.equal(toHex((await messagesOf([0.5], encodeStream({ float32: 'never' })))[0] as Uint8Array), 'cb3fe0000000000000');
    assert.throws(() => encodeStream({ float32: 'always' } as never), TypeError);
  });

  it('gives chunks that share no memory, so that each can be transferred', async () => {
    const messages = await messagesOf(['one', 'two', 'three']);
    for (const { buffer, byteLength } of messages) assert.equal(buffer.byteLength, byteLength);
    structuredClone((messages[1] as Uint8Array).buffer, { transfer: [(messages[1] as Uint8Array).buffer as ArrayBuffer] });
    const left = messages.filter(({ length }) => length > 0);
    assert.deepEqual(
      left.map(toHex),
      ['one', 'three'].map((value) => toHex(encode(value))),
    );
  });

  it('gives a message as soon as its value was written, and takes the next when that was taken', async () => {
    const stream = encodeStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    for (const value of [1, null, { a: 1 }]) {
      const written = writer.write(value);
      assert.equal(toHex((await reader.read()).value as Uint8Array), toHex(encode(value)));
      await written;
    }
    let taken = false;
    const asked: string[] = [];
    const source = new ReadableStream<unknown>({
      pull(controller) {
        asked.push(taken ? 'after' : 'before');
        controller.enqueue(1);
      },
    });
    const piped = source.pipeThrough(encodeStream()).getReader();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = asked.length;
    assert.ok(before <= 3, `${before} values were taken before anybody read`);
    taken = true;
    await piped.read();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(asked.length, before + 1);
    await piped.cancel();
  });

  it('ends with the error of a value that cannot be written, after the messages before it', async () => {
    const stream = encodeStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const first = writer.write('before');
    assert.equal(toHex((await reader.read()).value as Uint8Array), toHex(encode('before')));
    await first;
    const isTypeError = (error: unknown) => error instanceof LanewiseError && error.code === 'LW_MSGPACK_TYPE';
    const closed = assert.rejects(writer.closed, isTypeError);
    const read = assert.rejects(reader.read(), isTypeError);
    await assert.rejects(writer.write([Symbol('s')]), isTypeError);
    await read;
    await closed;
  });

  it('gives what decodeMulti reads back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 10 }), async (values) => {
        const plain = JSON.parse(JSON.stringify(values)) as unknown[];
        const bytes = Buffer.concat(await messagesOf(plain));
        assert.deepEqual([...new Decoder().decodeMulti(bytes)], plain);
      }),
      { numRuns: 50 },
    );
  });
});
