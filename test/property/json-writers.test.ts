import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as chosen from 'lanewise';
import * as wasm from 'lanewise/wasm';

const { json } = chosen;
const encoder = new TextEncoder();
const decode = (bytes: Uint8Array) => chosen.decodeUtf8(bytes);

type Value = null | boolean | number | string | Value[] | { [name: string]: Value };
interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: Value;
}

const name = fc.oneof(
  fc.constantFrom('a', 'b', '', '0', '1', '-', 'a/b', 'm~n', '~1', '\u0000"\\', '😀', '\ufb33', 'é', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, '', '1'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const value = fc.letrec<{ any: Value }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((members) => objectOf(members)),
  ),
})).any;

/** `__proto__` is a name like any other. */
function objectOf(members: Iterable<[string, Value]>): { [name: string]: Value } {
  return Object.fromEntries(members) as { [name: string]: Value };
}

function isObject(value: Value | undefined): value is { [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value, or the code of the error, of both backends: they must agree. */
function both(call: (lib: typeof chosen) => Uint8Array): Uint8Array | string {
  const outcomes = [chosen, wasm as unknown as typeof chosen].map((lib) => {
    try {
      return call(lib);
    } catch (error) {
      assert.ok(error instanceof chosen.LanewiseError, String(error));
      return `${error.code} ${error.message}`;
    }
  });
  assert.deepEqual(outcomes[0], outcomes[1]);
  const [outcome] = outcomes;
  return typeof outcome === 'string' ? (outcome.split(' ')[0] as string) : (outcome as Uint8Array);
}

function textOf(outcome: Uint8Array | string): string {
  assert.ok(typeof outcome !== 'string', `failed with ${outcome}`);
  return decode(outcome);
}

describe('json.prettify', () => {
  it('is JSON.stringify with an indent', () => {
    // Between 0 and 1 V8 breaks lines without an indent, which the standard does not have.
    const double = fc.double().filter((indent) => !(indent > 0 && indent < 1));
    const indent = fc.oneof(fc.integer({ min: -1, max: 12 }), double, fc.string({ maxLength: 12 }));
    fc.assert(
      fc.property(value, indent, fc.constantFrom(0, 1), (value, indent, spaces) => {
        const expected = JSON.stringify(value, null, indent);
        const input = JSON.stringify(value, null, spaces);
        assert.equal(textOf(both((lib) => lib.json.prettify(input, { indent }))), expected);
        assert.equal(textOf(both((lib) => lib.json.prettify(encoder.encode(input), { indent }))), expected);
      }),
      { numRuns: 2000 },
    );
  });
});

/** RFC 8785, appendix A of which is this program. */
function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] as Value)}`).join()}}`;
}

describe('json.canonicalize', () => {
  it('is what a naive writer gives, and its own form', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const expected = canonical(value);
        const input = JSON.stringify(value, null, indent);
        if (hasLone(value)) {
          assert.equal(
            both((lib) => lib.json.canonicalize(input)),
            'LW_JSON_ESCAPE',
          );
          return;
        }
        assert.equal(textOf(both((lib) => lib.json.canonicalize(input))), expected);
        assert.equal(textOf(both((lib) => lib.json.canonicalize(encoder.encode(expected)))), expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('prints every double as JavaScript does', () => {
    const bits = new DataView(new ArrayBuffer(8));
    const double = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((word) => {
      bits.setBigUint64(0, word);
      return bits.getFloat64(0);
    });
    fc.assert(
      fc.property(fc.array(double.filter(Number.isFinite), { minLength: 100, maxLength: 100 }), (doubles) => {
        const spellings = [
          doubles.map(String),
          doubles.map((double) => double.toExponential()),
          doubles.map((double) => double.toPrecision(30)),
        ];
        for (const spelled of spellings) {
          assert.equal(decode(json.canonicalize(`[${spelled.join()}]`)), JSON.stringify(spelled.map(Number)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the offset of a lone surrogate in the unit of the input', () => {
    const piece = fc.constantFrom('a', 'é', '😀', '\\ud83d\\ude00', '\\n', '\\\\');
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom('\ud800', '\udc00', '\\ud800', '\\uDFFF'), fc.array(piece), (before, lone, behind) => {
        const head = `["${before.join('')}x`;
        const input = `${head}${lone}x${behind.join('')}\ud800"]`;
        try {
          json.canonicalize(input);
          assert.fail('nothing was thrown');
        } catch (error) {
          assert.ok(error instanceof chosen.LanewiseError, String(error));
          assert.deepEqual([error.code, error.offset], ['LW_JSON_ESCAPE', head.length]);
        }
      }),
    );
  });
});

function hasLone(value: Value): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  if (Array.isArray(value)) return value.some(hasLone);
  return isObject(value) && Object.entries(value).some(([name, member]) => hasLone(name) || hasLone(member));
}

/** RFC 7396, section 2. */
function merge(target: Value | undefined, patch: Value): Value {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, member] of Object.entries(patch)) {
    if (member === null) members.delete(name);
    else members.set(name, merge(members.get(name), member));
  }
  return objectOf(members);
}

describe('json.mergePatch', () => {
  it('does what the pseudo code of the RFC does', () => {
    fc.assert(
      fc.property(value, value, fc.integer({ min: 0, max: 2 }), (target, patch, indent) => {
        const input = encoder.encode(JSON.stringify(target, null, indent));
        const result = textOf(both((lib) => lib.json.mergePatch(input, patch)));
        assert.deepEqual(JSON.parse(result), JSON.parse(JSON.stringify(merge(target, patch))));
        assert.equal(textOf(both((lib) => lib.json.mergePatch(input, encoder.encode(JSON.stringify(patch, null, indent))))), result);
        if (indent === 0) assert.equal(decode(json.minify(result)), result);
      }),
      { numRuns: 3000 },
    );
  });
});

const tokensOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
const pointerOf = (tokens: string[]) => tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

class Refused extends Error {}

function child(container: Value, token: string): Value {
  if (Array.isArray(container) && /^(0|[1-9]\d*)$/.test(token) && Number(token) < container.length)
    return container[Number(token)] as Value;
  if (isObject(container) && Object.hasOwn(container, token)) return container[token] as Value;
  throw new Refused('LW_PATCH');
}

/** The value with what `edit` makes of the container of the target. */
function changed(value: Value, tokens: string[], edit: (container: Value, token: string) => Value): Value {
  const [token, ...rest] = tokens as [string, ...string[]];
  if (rest.length === 0) return edit(value, token);
  const inner = changed(child(value, token), rest, edit);
  return put(value, token, inner);
}

function put(container: Value, token: string, value: Value): Value {
  if (Array.isArray(container)) return container.with(Number(token), value);
  return objectOf([...Object.entries(container as object), [token, value]]);
}

function add(value: Value, tokens: string[], added: Value): Value {
  if (tokens.length === 0) return added;
  return changed(value, tokens, (container, token) => {
    if (isObject(container)) return put(container, token, added);
    if (!Array.isArray(container)) throw new Refused('LW_PATCH');
    if (token === '-') return [...container, added];
    if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > container.length) throw new Refused('LW_PATCH');
    return container.toSpliced(Number(token), 0, added);
  });
}

function remove(value: Value, tokens: string[]): Value {
  if (tokens.length === 0) throw new Refused('LW_PATCH');
  return changed(value, tokens, (container, token) => {
    child(container, token);
    if (Array.isArray(container)) return container.toSpliced(Number(token), 1);
    return objectOf(Object.entries(container as { [name: string]: Value }).filter(([name]) => name !== token));
  });
}

/** RFC 6902, one operation. */
function apply(value: Value, operation: Operation): Value {
  const tokens = tokensOf(operation.path);
  const get = (path: string[]) => path.reduce(child, value);
  switch (operation.op) {
    case 'add':
      return add(value, tokens, operation.value as Value);
    case 'remove':
      return remove(value, tokens);
    case 'replace':
      get(tokens);
      if (tokens.length === 0) return operation.value as Value;
      return changed(value, tokens, (container, token) => put(container, token, operation.value as Value));
    case 'copy':
      return add(value, tokens, get(tokensOf(operation.from as string)));
    case 'move': {
      const moved = get(tokensOf(operation.from as string));
      if (operation.from === operation.path) return value;
      if (operation.path.startsWith(`${operation.from}/`)) throw new Refused('LW_PATCH');
      return add(remove(value, tokensOf(operation.from as string)), tokens, moved);
    }
    default:
      if (canonical(get(tokens)) !== canonical(operation.value as Value)) throw new Refused('LW_PATCH_TEST');
      return value;
  }
}

function pathsOf(value: Value): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([token, inner]) => pathsOf(inner).map((path) => [token, ...path]))];
}

const path = fc.tuple(fc.nat(), fc.option(name, { freq: 2 }));
const step = fc.record({ op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), path, from: path, value });

describe('json.patch', () => {
  it('does what a naive interpreter of the RFC does', () => {
    fc.assert(
      fc.property(value, fc.array(step, { maxLength: 6 }), fc.integer({ min: 0, max: 2 }), (document, steps, indent) => {
        const input = encoder.encode(JSON.stringify(document, null, indent));
        const operations: Operation[] = [];
        let state: Value = JSON.parse(JSON.stringify(document));
        let refused: string | undefined;
        for (const { op, path, from, value } of steps) {
          const paths = pathsOf(state);
          const choose = ([at, token]: [number, string | null]) =>
            pointerOf([...(paths[at % paths.length] as string[]), ...(token === null ? [] : [token])]);
          const operation = { op, path: choose(path), from: choose(from), value: JSON.parse(JSON.stringify(value)) };
          operations.push(operation);
          try {
            state = apply(state, operation);
          } catch (error) {
            assert.ok(error instanceof Refused, String(error));
            refused = error.message;
            break;
          }
        }
        const outcome = both((lib) => lib.json.patch(input, operations));
        if (refused !== undefined) {
          assert.equal(outcome, refused);
          return;
        }
        assert.deepEqual(JSON.parse(textOf(outcome)), JSON.parse(JSON.stringify(state)));
        if (indent === 0) assert.equal(decode(json.minify(textOf(outcome))), textOf(outcome));
      }),
      { numRuns: 4000 },
    );
  });
});
