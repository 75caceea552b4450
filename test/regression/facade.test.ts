import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { decodeUtf8, json, LanewiseError, Matcher, msgpack, runtime } from 'lanewise';

const bytes = (text: string) => new TextEncoder().encode(text);

function detached(size = 8): Uint8Array {
  const array = new Uint8Array(size);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** Memory that can be resized, which the types of ES2022 do not know yet. */
function resizable(size: number): ArrayBuffer & { resize(size: number): void } {
  const memory: unknown = Reflect.construct(ArrayBuffer, [size, { maxByteLength: size }]);
  return memory as ArrayBuffer & { resize(size: number): void };
}

const codeOf = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return error instanceof LanewiseError ? error.code : error;
  }
  return undefined;
};

describe('options are read before the input is put', () => {
  it('so a getter that makes a call of its own changes nothing', () => {
    const limits = (inner: string) => ({
      get duplicateKeys(): 'last' {
        json.isValid(bytes(inner));
        return 'last';
      },
    });
    assert.equal(json.isValid(bytes('[x]'), limits('[1]')), false);
    const large = `[${'1,'.repeat(3000)}1]`;
    assert.equal(json.isValid(bytes(large), limits(large)), true);
    assert.equal(json.isValid(bytes(large), limits('[1')), true);
  });

  it('so a getter that takes the memory away is seen', () => {
    const input = bytes(`[${'1,'.repeat(3000)}1]`);
    const limits = {
      get duplicateKeys(): 'last' {
        structuredClone(input.buffer, { transfer: [input.buffer] });
        return 'last';
      },
    };
    assert.equal(json.isValid(input, limits), false);
  });
});

describe('memory that was taken away', () => {
  it('reads as empty input, and the call after is not touched', () => {
    for (const call of [
      () => json.get(detached(), '/abc'),
      () => json.validate(detached()),
      () => json.minify(detached()),
      () => msgpack.fromJson(detached()),
    ]) {
      assert.equal(codeOf(call), 'LW_JSON_END');
      assert.equal(json.isValid(bytes('{"a":1}'), { depthMax: 9 }), true);
      assert.deepEqual(json.minify(bytes('[1, 2]')), bytes('[1,2]'));
    }
    assert.equal(
      codeOf(() => json.get(detached(), `/${'a'.repeat(20_000)}`)),
      'LW_JSON_END',
    );
    assert.equal(json.get(bytes(`{"a":7${' '.repeat(5000)}}`), '/a'), 7);
  });
});

describe('Matcher', () => {
  it('takes patterns that are too long for a RegExp', () => {
    const long = 'a'.repeat(100_000);
    for (const ignoreCase of [false, true]) {
      const matcher = new Matcher([long, 'b'], { ignoreCase });
      assert.equal(matcher.test('xxb'), true);
      assert.deepEqual(matcher.find(`${'x'.repeat(5000)}b`), { id: 1, start: 5000, end: 5001 });
      assert.equal(matcher.count(`${long}b`), 2);
    }
  });

  it('refuses options of other values, also those that an object inherits', () => {
    for (const ignoreCase of ['false', 'constructor', ['ascii'], 1, null]) {
      assert.throws(() => new Matcher(['a'], { ignoreCase: ignoreCase as never }), TypeError);
    }
    for (const semantics of ['toString', ['all'], ''])
      assert.throws(() => new Matcher(['a'], { semantics: semantics as never }), TypeError);
  });

  it('checks the haystack also where `from` is beyond it', () => {
    const matcher = new Matcher(['a']);
    assert.equal(
      codeOf(() => matcher.find(new Uint8Array(new SharedArrayBuffer(9)), 99)),
      'LW_SHARED_INPUT',
    );
    assert.throws(() => matcher.find(new Array(9) as never, 99), TypeError);
  });
});

describe('limits', () => {
  it('are checked after the type of the input, and must be numbers', () => {
    assert.throws(() => json.isValid([1, 2, 3] as never, { sizeMax: 1 }), TypeError);
    assert.equal(
      codeOf(() => json.isValid(new Uint8Array(new SharedArrayBuffer(9)), { sizeMax: 1 })),
      'LW_SHARED_INPUT',
    );
    for (const sizeMax of [Number.NaN, -1]) assert.throws(() => json.validate('12345', { sizeMax }), TypeError);
    assert.equal(
      codeOf(() => json.validate('12345', { sizeMax: 1.5 })),
      'LW_SIZE',
    );
  });
});

describe('msgpack.isValid', () => {
  it('takes what decode takes, whatever becomes of keys', () => {
    const arrayKey = Uint8Array.of(0x81, 0x91, 0x01, 0x02);
    assert.equal(msgpack.isValid(arrayKey), true);
    for (const pad of [0, 100]) {
      const input = Uint8Array.of(0x92, ...arrayKey, 0xd9, pad, ...new Uint8Array(pad).fill(0x61));
      assert.equal(msgpack.isValid(input, { nonStringKeys: 'stringify' }), false);
      assert.equal(
        codeOf(() => msgpack.validate(input, { nonStringKeys: 'stringify' })),
        codeOf(() => msgpack.decode(input, { nonStringKeys: 'stringify' })),
      );
    }
    assert.throws(() => msgpack.isValid(arrayKey, { invalidUtf8: 'x' as never }), TypeError);
  });
});

describe('input of 2 GiB and more', () => {
  it('is no string, which the host must not be asked for', () => {
    const zeros = new Uint8Array(2 ** 31);
    assert.equal(
      codeOf(() => decodeUtf8(zeros)),
      'LW_SIZE',
    );
  });

  it('is taken up to 4 GiB - 1', { skip: runtime().backend === 'wasm' && 'a module has no memory for it' }, () => {
    assert.equal(
      codeOf(() => json.validate(new Uint8Array(2 ** 32 - 1))),
      'LW_JSON_UNEXPECTED',
    );
    assert.equal(
      codeOf(() => json.validate(new Uint8Array(2 ** 32))),
      'LW_SIZE',
    );
  });
});

describe('what has no room in the host', () => {
  it('is a LanewiseError when it is to be written', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    assert.equal(
      codeOf(() => json.stringify(deep)),
      'LW_DEPTH',
    );
    const quotes = '"'.repeat(2 ** 28);
    assert.equal(
      codeOf(() => json.stringify(quotes)),
      'LW_SIZE',
    );
  });

  it('is no reason to fail where a number has millions of digits', () => {
    const digits = `${'1'.repeat(10_000_000)}.5`;
    assert.equal(json.parse(bytes(digits), { bigint: 'auto' }), Number.POSITIVE_INFINITY);
  });
});

describe('two inputs of one call', () => {
  const patch = bytes(`[{"op":"add","path":"/a","value":"${'x'.repeat(5000)}"}]`);

  it('are both asked for their length before one of them is lent', () => {
    const memory = resizable(patch.length);
    for (let last = 1; last < 12; last++) {
      memory.resize(patch.length);
      const lent = new Uint8Array(memory);
      lent.set(patch);
      const input = bytes(`{${' '.repeat(5000)}}`);
      let asked = 0;
      Object.defineProperty(input, 'length', {
        get() {
          asked++;
          if (asked === last) memory.resize(0);
          return 5002;
        },
      });
      // The patch is whole or gone: anything else, and the process does not get here.
      assert.ok([undefined, 'LW_JSON_END'].includes(codeOf(() => json.patch(input, lent)) as string | undefined));
    }
  });

  it('read as empty where the second was taken away', () => {
    assert.equal(
      codeOf(() => json.patch(bytes('[]'), detached())),
      'LW_JSON_END',
    );
    assert.equal(
      codeOf(() => json.mergePatch(bytes('[]'), detached())),
      'LW_JSON_END',
    );
  });
});

describe('a signal that is not of the host', () => {
  const input = bytes(`[${' 1,'.repeat(500_000)}1]`);

  it('settles its promise, whatever its methods throw', async () => {
    const failing = (name: string) => {
      const methods = { aborted: false, addEventListener() {}, removeEventListener() {} };
      return Object.assign(methods, {
        [name]() {
          throw new Error(name);
        },
      }) as unknown as AbortSignal;
    };
    await assert.rejects(json.minifyAsync(input, { signal: failing('addEventListener') }), /EventListener/);
    // The answer was there before the listener could not be removed.
    assert.equal((await json.minifyAsync(input, { signal: failing('removeEventListener') })).length, 1_000_003);
  });

  it('may abort twice', async () => {
    const listeners: (() => void)[] = [];
    const signal = {
      aborted: false,
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
      removeEventListener() {},
    };
    const first = json.minifyAsync(input, { signal: signal as unknown as AbortSignal });
    for (const abort of listeners) abort();
    const second = json.minifyAsync(input);
    for (const abort of listeners) abort();
    await assert.rejects(first, { code: 'LW_ABORTED' });
    assert.equal((await second).length, 1_000_003);
  });

  it('is refused when it cannot be listened to', async () => {
    await assert.rejects(json.validateAsync(input, { signal: { aborted: false } as unknown as AbortSignal }), TypeError);
  });
});

describe('messages that share memory', () => {
  const code = `
    const { msgpack } = await import('lanewise');
    const [one, two] = ['one', 'two'].map((text) => msgpack.encode(text));
    try { structuredClone(one.buffer, { transfer: [one.buffer] }); } catch {}
    console.log(msgpack.decode(two), msgpack.decode(msgpack.encode('three')));`;
  const run = (before: string) => execFileSync(process.execPath, ['--input-type=module', '--eval', before + code], { encoding: 'utf8' });

  it('outlive the transfer of one of them', () => assert.equal(run(''), 'two three\n'));

  it('do not share it where the host cannot protect it', () => assert.equal(run('process.getBuiltinModule = undefined;'), 'two three\n'));
});
