import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Document, ExtensionValue, json, LanewiseError, msgpack, Query } from 'lanewise';

const encoder = new TextEncoder();

/** What MessagePack holds and JSON does not, too; keys of all kinds. */
const { value } = fc.letrec<{ value: unknown; map: unknown; array: unknown[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, '', 'é😀', 'x'.repeat(40)),
    fc.integer(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.tuple(fc.nat(127), fc.uint8Array({ maxLength: 20 })).map(([type, data]) => new ExtensionValue(type, data)),
    fc.date({ noInvalidDate: true }),
    tie('map'),
    tie('array'),
  ),
  map: fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', 'id', '7') }, { weight: 1, arbitrary: tie('value') }),
        tie('value'),
      ),
      {
        maxLength: 25,
      },
    )
    .map((entries) => new Map(entries)),
  array: fc.array(tie('value'), { maxLength: 25 }),
}));

/** All of it read through the cursor is what decode gives, but for members without a name. */
function assertReads(document: Document, decoded: unknown): void {
  assert.deepEqual(document.value(), decoded);
  assert.deepEqual(msgpack.decode(document.raw()), decoded);
  if (Array.isArray(decoded)) {
    assert.equal(document.type, 'array');
    assert.equal(document.length, decoded.length);
    let i = 0;
    for (const element of document.values()) assertReads(element, decoded[i++]);
    for (const [index, element] of decoded.entries()) assert.deepEqual(document.get(index)?.value(), element);
  } else if (document.type === 'object') {
    const stringified = namedMembers(decoded as object);
    assert.deepEqual([...document.keys()].sort(), [...stringified.keys()].sort());
    assert.equal(document.length, stringified.size);
    for (const [name, member] of document.entries()) {
      assert.deepEqual(member.value(), stringified.get(name));
      assert.deepEqual(document.get(name)?.value(), stringified.get(name));
      assertReads(member, stringified.get(name));
    }
  } else {
    const length = typeof decoded === 'string' || decoded instanceof Uint8Array ? decoded.length : 0;
    assert.equal(document.length, length);
  }
}

/** Names and values of the members that have a name; the decoder says which name. */
function namedMembers(decoded: object): Map<string, unknown> {
  const entries = decoded instanceof Map ? [...decoded] : Object.entries(decoded);
  const named = new Map<string, unknown>();
  for (const [key, member] of entries) {
    if (key instanceof Map || Array.isArray(key) || (typeof key === 'object' && key?.constructor === Object)) continue;
    const single = msgpack.decode(msgpack.encode(new Map([[key, 0]])), { nonStringKeys: 'stringify' });
    named.set(Object.keys(single as object)[0] as string, member);
  }
  return named;
}

describe('a MessagePack document', () => {
  it('reads as decode does', () => {
    fc.assert(
      fc.property(value, (value) => {
        const bytes = msgpack.encode(value);
        assertReads(msgpack.document(bytes), msgpack.decode(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('fails as validate does', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.boolean());
    fc.assert(
      fc.property(value, change, (value, [at, byte, cut]) => {
        const bytes = msgpack.encode(value);
        const i = at % bytes.length;
        const changed = cut ? bytes.subarray(0, i) : Uint8Array.from(bytes, (old, j) => (j === i ? byte : old));
        assert.deepEqual(
          codeOf(() => msgpack.document(changed)),
          codeOf(() => msgpack.validate(changed)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a query over MessagePack', () => {
  const name = fc.constantFrom('a', 'b', 'id', '7', '');
  const step = fc.oneof(
    name.map((name) => `['${name}']`),
    fc.integer({ min: -3, max: 3 }).map((index) => `[${index}]`),
    fc.constantFrom('[*]', '[1:]', '[::-1]', "['a',0]", '[?@.a]', '[?@.a == @.b]', '[?@ > 1]', '[?length(@) > 1]'),
  );
  const selector = fc
    .tuple(fc.array(fc.tuple(fc.constantFrom('', '', '..'), step), { maxLength: 4 }))
    .map(([steps]) => `$${steps.map(([dots, step]) => dots + step).join('')}`);
  // An integer outside the safe range is a number in JSON and a BigInt in MessagePack.
  const safe = (_: string, value: unknown) => (Number.isInteger(value) && !Number.isSafeInteger(value) ? 1 : value);
  const document = fc
    .jsonValue({ maxDepth: 5, stringUnit: fc.constantFrom('a', 'b', '7', 'é', '😀') })
    .map((value) => JSON.parse(JSON.stringify(value), safe));

  it('finds what it finds in the JSON of the same document', () => {
    fc.assert(
      fc.property(document, fc.array(selector, { maxLength: 3 }), (value, selectors) => {
        const text = encoder.encode(JSON.stringify(value));
        const bytes = msgpack.fromJson(text);
        const query = new Query(Object.fromEntries(selectors.entries()));
        assert.deepEqual(query.pick(bytes, 'msgpack'), query.pick(text));
        assert.deepEqual(query.pick(bytes, 'msgpack', { check: 'path' }), query.pick(text, 'json', { check: 'path' }));
        assert.deepEqual(query.values(bytes, 'msgpack'), query.values(text));
        assert.deepEqual(query.paths(bytes, 'msgpack'), query.paths(text));
        const present = Object.fromEntries(Object.entries(query.pick(text)).filter(([, value]) => value !== undefined));
        assert.deepEqual(msgpack.decode(msgpack.fromJson(text, { select: query })), present);
        assert.deepEqual(json.parse(msgpack.toJson(bytes, { select: query })), present);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Code and offset of what is thrown. */
function codeOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof LanewiseError, String(error));
    return [error.code, error.offset];
  }
}
