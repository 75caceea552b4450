import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LanewiseError, msgpack, Query, type Where } from 'lanewise';
import { bytesThrough } from '../streams.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NAMES = ['a', 'b', '__proto__', 'é', ''];

const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom('-0', '0.0', '1e400', '-1E+400', '9007199254740991', '9007199254740992', '1e2'),
);
const string = fc
  .string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'é', '€', '😀', '\ud800', '\udc00', '/'), maxLength: 8 })
  .map((value) => JSON.stringify(value));
const scalar = fc.oneof(number, string, fc.constantFrom('null', 'true', 'false'));
/** JSON texts, with keys that occur twice now and then, unless they are not to: with `check: 'path'` the first of them counts. */
const valuesOf = (isUnique: boolean) =>
  fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
      membersOf(tie('value'), isUnique).map(objectOf),
    ),
  })).value;

function membersOf(of: fc.Arbitrary<string>, isUnique: boolean): fc.Arbitrary<[string, string][]> {
  const member = fc.tuple(fc.constantFrom(...NAMES), of);
  return isUnique ? fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 4 }) : fc.array(member, { maxLength: 4 });
}

function objectOf(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)} : ${json}`).join(',')}}`;
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const kinds = (isUnique: boolean) => fc.constantFrom(number, int64, string, valuesOf(isUnique), fc.oneof(number, fc.constant('null')));
/** Records of which the members are of one kind, so that columns take every type. */
const recordsOf = (isUnique: boolean) => kinds(isUnique).chain((of) => fc.array(membersOf(of, isUnique).map(objectOf), { maxLength: 12 }));
const records = recordsOf(true);
const checked = fc
  .constantFrom('all' as const, 'path' as const)
  .chain((check) => fc.record({ check: fc.constant(check), lines: recordsOf(check === 'path') }));
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\r\n');
const bad = fc.constantFrom('{', '{"a":}', '[1', '"', '{"a":01}', 'x', '{"a" 1}');
const pointer = fc
  .array(fc.constantFrom(...NAMES, '0', '1'), { maxLength: 2 })
  .map((tokens) => tokens.map((token) => `/${token}`).join(''));

/** RFC 6901 on objects of JavaScript. */
function at(root: unknown, path: string): unknown {
  let node = root;
  for (const token of path.split('/').slice(1)) {
    const isThere = typeof node === 'object' && node !== null && token !== 'length' && Object.hasOwn(node, token);
    if (!isThere) return undefined;
    node = (node as Record<string, unknown>)[token];
  }
  return node;
}

function parsed(ndjson: string): unknown[] {
  return ndjson.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function join(lines: readonly string[], ends: readonly string[]): string {
  return lines.map((line, i) => line + ends[i % ends.length]).join('');
}

const ends = fc.array(lineEnd, { minLength: 1, maxLength: 3 });
const selectors = fc.uniqueArray(fc.tuple(fc.constantFrom('x', 'y', '__proto__', 'z'), pointer), {
  selector: ([name]) => name,
  minLength: 1,
});
const queryOf = (list: readonly (readonly [string, string])[]) => new Query(Object.fromEntries(list.map(([name, path]) => [name, path])));

/** The type that `Column` promises, from the spelling of the values. */
function typeOf(values: readonly string[]): string {
  const isInteger = (json: string) => /^-?[0-9]+$/.test(json) && json !== '-0' && BigInt.asIntN(64, BigInt(json)) === BigInt(json);
  if (values.every((json) => /^[-0-9]/.test(json))) {
    return values.every(isInteger) && values.some((json) => !Number.isSafeInteger(Number(json))) ? 'int64' : 'float64';
  }
  return values.every((json) => json.startsWith('"')) ? 'string' : 'mixed';
}

describe('a query of pointers', () => {
  it('picks what a walk over the parsed value finds, whatever the size', () => {
    fc.assert(
      fc.property(valuesOf(false), selectors, fc.constantFrom(0, 200), (json, list, pad) => {
        const expected = Object.fromEntries(list.map(([name, path]) => [name, at(JSON.parse(json), path)]));
        assert.deepStrictEqual(queryOf(list).pick(encoder.encode(json + ' '.repeat(pad))), expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('NDJSON', () => {
  it('gives the columns that a parse of each line gives', () => {
    fc.assert(
      fc.property(checked, ends, selectors, ({ check, lines }, lineEnds, list) => {
        const ndjson = join(lines, lineEnds);
        const table = queryOf(list).columns(encoder.encode(ndjson), { check });
        const objects = parsed(ndjson);
        assert.equal(table.rows, objects.length);
        for (const [name, path] of list) {
          const column = table.column(name);
          const expected = objects.map((object) => at(object, path));
          const values = column.toArray();
          const asNumbers = column.type === 'int64' ? values.map((one) => (typeof one === 'bigint' ? Number(one) : one)) : values;
          assert.deepStrictEqual(asNumbers, expected);
          assert.deepStrictEqual(
            values,
            expected.map((_, i) => column.get(i)),
          );
          assert.deepStrictEqual(
            expected.map((one) => one !== undefined),
            values.map((_, i) => column.has(i)),
          );
        }
      }),
      { numRuns: 400 },
    );
  });

  it('gives each column the narrowest type, and integers exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(scalar, number), { maxLength: 8 }), fc.boolean(), (values, numbersOnly) => {
        const chosen = numbersOnly ? values.filter((json) => /^-?[0-9]+$/.test(json)) : values;
        const column = new Query('/v').columns(encoder.encode(chosen.map((json) => `{"v":${json}}`).join('\n'))).column('value');
        const present = chosen.filter((json) => json !== 'null');
        assert.equal(column.type, typeOf(present));
        if (column.type === 'int64')
          assert.deepEqual(
            column.toArray(),
            chosen.map((json) => (json === 'null' ? null : BigInt(json))),
          );
      }),
      { numRuns: 600 },
    );
  });

  it('projects as a parse of each line does', () => {
    fc.assert(
      fc.property(checked, ends, selectors, ({ check, lines }, lineEnds, list) => {
        const ndjson = join(lines, lineEnds);
        const query = queryOf(list);
        const expected = parsed(ndjson).map((object) => {
          const members = list.map(([name, path]) => [name, at(object, path)] as const);
          return Object.fromEntries(members.filter(([, one]) => one !== undefined));
        });
        const out = decoder.decode(query.project(encoder.encode(ndjson), { check }));
        assert.deepStrictEqual(parsed(out), expected);
        assert.equal(out.split('\n').length, expected.length + 1);
        const whole = query.project(encoder.encode(ndjson), { to: 'msgpack', check });
        const parts = expected.map((_, i) => {
          const json = encoder.encode(out.split('\n')[i]);
          return msgpack.fromJson(json);
        });
        assert.deepEqual(whole, Uint8Array.from(parts.flatMap((part) => [...part])));
      }),
      { numRuns: 400 },
    );
  });

  it('leaves out exactly the bad lines, and names the first of them', () => {
    fc.assert(
      fc.property(records, fc.array(fc.tuple(fc.nat(), bad), { maxLength: 3 }), ends, (lines, breaks, lineEnds) => {
        const broken = [...lines];
        for (const [place, line] of breaks) broken.splice(place % (broken.length + 1), 0, line);
        const ndjson = join(broken, lineEnds);
        const input = encoder.encode(ndjson);
        const query = new Query({ whole: '$', a: '/a' });
        assert.equal(query.columns(input, { onError: 'skip', check: 'all' }).rows, lines.length);
        const kept = decoder.decode(query.project(input, { onError: 'skip', check: 'all' }));
        assert.deepStrictEqual(parsed(kept), parsed(decoder.decode(query.project(encoder.encode(join(lines, ['\n']))))));
        const first = ndjson.split('\n').findIndex((line) => line.trim() !== '' && parsed(line).length === 0);
        for (const call of [() => query.columns(input, { check: 'all' }), () => query.project(input, { check: 'all' })]) {
          if (first === -1) {
            call();
            continue;
          }
          assert.throws(call, (error) => {
            assert.ok(error instanceof LanewiseError);
            const start = encoder.encode(
              ndjson
                .split('\n')
                .slice(0, first)
                .map((line) => `${line}\n`)
                .join(''),
            ).length;
            const end = start + encoder.encode(ndjson.split('\n')[first]).length;
            assert.equal(error.line, first + 1);
            assert.ok(error.offset >= start && error.offset <= end);
            assert.equal(error.column, error.offset - start + 1);
            return true;
          });
        }
      }),
      { numRuns: 400 },
    );
  });

  it('takes the records that a filter of objects takes', () => {
    const plain = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'a', 'é', true, null, [1], [], { a: 1 }, {}));
    const conditions = fc.oneof(
      plain.map((equals) => ({ equals })),
      fc.array(plain, { maxLength: 4 }).map((list) => ({ in: list })),
      fc.record({ min: fc.integer({ min: -3, max: 3 }) }),
      fc.record({ min: fc.integer({ min: -3, max: 0 }), max: fc.double({ min: 0, max: 3, noNaN: true }) }),
      fc.boolean().map((exists) => ({ exists })),
    );
    const member = fc.tuple(
      fc.constantFrom('a', 'b'),
      plain.map((one) => JSON.stringify(one)),
    );
    const lines = fc.array(fc.uniqueArray(member, { selector: ([name]) => name }).map(objectOf), { maxLength: 8 });
    fc.assert(
      fc.property(lines, conditions, fc.constantFrom('/a', '/b', '', '/a/0', '/a/a'), (list, condition, path) => {
        const numbered = list.map((line, i) => `{"i":${i},${line.slice(1, -1)}}`.replace(/,\}$/, '}'));
        const out = new Query('/i').project(encoder.encode(numbered.join('\n')), { where: { pointer: path, ...condition } as Where });
        const expected = parsed(numbered.join('\n')).filter((object) => passes(at(object, path), condition));
        assert.deepEqual(
          parsed(decoder.decode(out)),
          expected.map((object) => ({ value: at(object, '/i') })),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('streams in any cuts what it gives of the whole', async () => {
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(records, fc.array(fc.tuple(fc.nat(), bad), { maxLength: 1 }), ends, cuts, async (lines, breaks, lineEnds, sizes) => {
        const broken = [...lines];
        for (const [place, line] of breaks) broken.splice(place % (broken.length + 1), 0, line);
        const input = encoder.encode(join(broken, lineEnds));
        const query = new Query({ a: '/a', whole: '$' });
        assert.deepEqual(
          await streamed(query, chunksOf(input, sizes)),
          outcome(() => query.project(input)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

function passes(one: unknown, condition: Record<string, unknown>): boolean {
  if ('exists' in condition) return (one !== undefined) === condition.exists;
  if (one === undefined) return false;
  if ('equals' in condition) return isEqual(one, condition.equals);
  if ('in' in condition) return (condition.in as unknown[]).some((other) => isEqual(one, other));
  const { min = -Infinity, max = Infinity } = condition as { min?: number; max?: number };
  return typeof one === 'number' && one >= min && one <= max;
}

function isEqual(left: unknown, right: unknown): boolean {
  try {
    assert.deepEqual(left, right);
    return typeof left === typeof right && (left === null) === (right === null);
  } catch {
    return false;
  }
}

function chunksOf(input: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    chunks.push(input.subarray(start, start + size));
    start = Math.min(input.length, start + size);
  }
  return [...chunks, input.subarray(start)];
}

/** The bytes, or the error of the first bad line with its place. */
function outcome(call: () => Uint8Array): unknown {
  try {
    return [...call()];
  } catch (error) {
    return placeOf(error);
  }
}

function placeOf(error: unknown): unknown {
  assert.ok(error instanceof LanewiseError, String(error));
  return { code: error.code, offset: error.offset, line: error.line, column: error.column };
}

async function streamed(query: Query, chunks: readonly Uint8Array[]): Promise<unknown> {
  return bytesThrough(query.projectStream(), chunks).catch(placeOf);
}
