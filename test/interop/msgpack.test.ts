import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { before, it, describe as suite } from 'node:test';
import * as official from '@msgpack/msgpack';
import { ExtensionValue, msgpack, Timestamp } from 'lanewise';
import { addExtension, Packr } from 'msgpackr';
import { describe, digits, messages } from './messages.ts';

/** What another implementation makes of a message: a description of its value, and the message that it writes of that. */
interface Read {
  readonly description: string;
  readonly again: Uint8Array;
}
interface Peer {
  readonly name: string;
  /** Whether its values have room for such a one; the limit is that of the peer. */
  holds(description: string): boolean;
  /** Whether it writes all that it reads. */
  keeps?(description: string): boolean;
  readonly read: (inputs: readonly Uint8Array[]) => Read[];
}

const MINUS_ZERO = 'float 8000000000000000';
const hasOddKeys = (description: string): boolean => /[{,](?!str )[^={}[\],]*=|[\]}]=/.test(description);
const PROTO = digits(new TextEncoder().encode('__proto__'));
const times = (description: string): [seconds: number, nanoseconds: number][] =>
  [...description.matchAll(/time (-?\d+) (\d+)/g)].map(([, seconds, nanoseconds]) => [Number(seconds), Number(nanoseconds)]);

/** With a codec of its own for timestamps, or they would be Dates and lose what is below a millisecond. */
const extensionCodec = new official.ExtensionCodec();
extensionCodec.register({
  type: -1,
  encode: (value) =>
    value instanceof Timestamp ? official.encodeTimeSpecToTimestamp({ sec: Number(value.seconds), nsec: value.nanoseconds }) : null,
  decode: (data) => {
    const { sec, nsec } = official.decodeTimestampToTimeSpec(data);
    return new Timestamp(sec, nsec);
  },
});

const OFFICIAL: Peer = {
  name: '@msgpack/msgpack',
  // Its maps are objects, and refuse `__proto__`; seconds are numbers.
  holds: (description) =>
    !hasOddKeys(description) && !description.includes(PROTO) && times(description).every(([seconds]) => Number.isSafeInteger(seconds)),
  // -0 is an integer to it.
  keeps: (description) => !description.includes(MINUS_ZERO),
  read: (inputs) =>
    inputs.map((input) => {
      const value = official.decode(input, { extensionCodec, useBigInt64: true });
      return { description: describe(withOurs(value)), again: official.encode(value, { extensionCodec, useBigInt64: true }) };
    }),
};

addExtension({
  type: 5,
  Class: ExtensionValue,
  pack: ({ data }: ExtensionValue) => Buffer.from(data),
  unpack: (data) => new ExtensionValue(5, Uint8Array.from(data)),
});
const packr = new Packr({ useRecords: false, mapsAsObjects: false });

const MSGPACKR: Peer = {
  name: 'msgpackr',
  // Instants are Dates, and it knows the extension types that it was told about.
  holds: (description) =>
    times(description).every(([seconds, nanoseconds]) => nanoseconds % 1e6 === 0 && Math.abs(seconds) < 8.64e12) &&
    !/ext (?!5 )/.test(description),
  keeps: (description) => !description.includes(MINUS_ZERO),
  read: (inputs) =>
    inputs.map((input) => {
      const value = packr.unpack(input);
      return { description: describe(value), again: packr.pack(value) };
    }),
};

/** A program that reads lines of digits and writes a description and digits for each. */
function program(name: string, command: () => readonly [string, ...string[]], holds: Peer['holds']): Peer {
  return {
    name,
    holds,
    read: (inputs) => {
      const [file, ...args] = command();
      const output = execFileSync(file, args, { input: `${inputs.map(digits).join('\n')}\n`, encoding: 'utf8', maxBuffer: 2 ** 28 });
      return output
        .trimEnd()
        .split('\n')
        .map((line) => {
          const [description = '', again = ''] = line.split('\t');
          return { description, again: Uint8Array.from(Buffer.from(again, 'hex')) };
        });
    },
  };
}

/** The reason in one line why a command fails; undefined when it does not. */
function whyNot(file: string, args: readonly string[], cwd?: string): string | undefined {
  try {
    execFileSync(file, args, { stdio: 'pipe', cwd, encoding: 'utf8', timeout: 300_000 });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    return code === 'ENOENT' ? `there is no ${file} here` : stderr?.trim().split('\n').at(-1) || String(error);
  }
}

/** An ExtData is what our ExtensionValue is. */
function withOurs(value: unknown): unknown {
  if (value instanceof official.ExtData) return new ExtensionValue(value.type, value.data as Uint8Array);
  if (Array.isArray(value)) return value.map(withOurs);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withOurs(inner)]));
}

function compare(peer: Peer): void {
  const inputs = messages()
    .map((input) => ({ input, description: describe(msgpack.decode(input)) }))
    .filter(({ description }) => peer.holds(description));
  assert.ok(inputs.length > 300, `${inputs.length}`);
  const found = peer.read(inputs.map(({ input }) => input));
  assert.equal(found.length, inputs.length);
  for (const [i, { input, description }] of inputs.entries()) {
    const { description: theirs, again } = found[i] as Read;
    const brief = digits(input.subarray(0, 40));
    assert.equal(theirs, description, `${peer.name} reads ${brief}`);
    if (peer.keeps?.(description) ?? true)
      assert.equal(describe(msgpack.decode(again)), description, `we read what ${peer.name} writes for ${brief}`);
  }
}

const PYTHON = whyNot('python3', ['-c', 'import msgpack']);
const GO_PEER = resolve('build/interop-go');

suite('MessagePack is the same for us and for', () => {
  for (const peer of [OFFICIAL, MSGPACKR]) it(`${peer.name}, in both directions`, () => compare(peer));

  it("Python's msgpack, in both directions", { skip: PYTHON && `skipped, ${PYTHON}` }, () => {
    // It has no extension types below 0 but the timestamp.
    compare(
      program(
        "Python's msgpack",
        () => ['python3', 'test/interop/peers/python.py'],
        (description) => !description.includes('ext -'),
      ),
    );
  });

  suite("Go's vmihailenco/msgpack", () => {
    let reason: string | undefined;
    before(() => {
      mkdirSync('build', { recursive: true });
      reason = whyNot('go', ['build', '-o', GO_PEER, '.'], 'test/interop/peers/go');
    });

    it('in both directions', (context) => {
      if (reason !== undefined) return context.skip(`skipped, ${reason}`);
      compare(
        program(
          "Go's msgpack",
          () => [GO_PEER],
          () => true,
        ),
      );
    });
  });
});
