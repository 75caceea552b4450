/** What a searcher does besides finding: naming, replacing, batches, streams. */
import { englishPart, KINDS, PATTERNS } from './matcher.mjs';
import { SIZES, sizesFrom, variants } from './sizes.mjs';

/** @typedef {import('../harness/suite.mjs').Case} Case */

const PATTERN_COUNTS = [1, 4, 16];
const REPLACEMENT = '[...]';

/** @param {readonly string[]} patterns @param {string} [flags] none of ours has a character that means something to a RegExp */
const regExpOf = (patterns, flags) => new RegExp(patterns.join('|'), flags);

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {Case[]} */
export function searcherCases({ Matcher }) {
  return [
    ...eachKind(Matcher, 'replace', replaceWays),
    ...eachKind(Matcher, 'which', whichWays),
    ...batchCases(Matcher),
    ...streamCases(Matcher),
  ];
}

/**
 * @param {import('../harness/suite.mjs').Facade['Matcher']} Matcher @param {string} method
 * @param {(patterns: readonly string[], matcher: any, isText: boolean) => Pick<import('../harness/suite.mjs').Workload, 'ours' | 'peers' | 'read' | 'expected'>} waysOf
 * @returns {Case[]}
 */
function eachKind(Matcher, method, waysOf) {
  return Object.entries(KINDS).flatMap(([kind, { patterns, make }]) =>
    PATTERN_COUNTS.flatMap((count) =>
      Object.entries(patterns).map(([hits, list]) => ({
        name: `Matcher.${method} ${kind}, ${count} ${hits}`,
        sizes: SIZES,
        prepare: (/** @type {number} */ size) => {
          const chosen = list.slice(0, count);
          const ways = waysOf(chosen, new Matcher(chosen), kind !== 'bytes');
          return { inputs: variants(size, (variant) => make(size, variant)), ...ways };
        },
      })),
    ),
  );
}

/** @param {readonly string[]} patterns @param {any} matcher @param {boolean} isText */
function replaceWays(patterns, matcher, isText) {
  const every = regExpOf(patterns, 'g');
  /** @type {Record<string, (text: string) => string>} */
  const onText = {
    RegExp: (text) => text.replace(every, REPLACEMENT),
    'RegExp, function': (text) => text.replace(every, () => REPLACEMENT),
  };
  if (patterns.length === 1) onText.replaceAll = (text) => text.replaceAll(/** @type {string} */ (patterns[0]), REPLACEMENT);
  if (isText) {
    return {
      ours: (/** @type {string} */ text) => matcher.replace(text, REPLACEMENT),
      peers: onText,
      expected: (/** @type {string} */ text) => text.replace(every, REPLACEMENT),
    };
  }
  const replacement = Buffer.from(REPLACEMENT);
  return {
    ours: (/** @type {Buffer} */ bytes) => matcher.replace(bytes, replacement),
    peers: Object.fromEntries(
      Object.entries(onText).map(([name, call]) => [
        `latin1 + ${name}`,
        (/** @type {Buffer} */ bytes) => Buffer.from(call(bytes.toString('latin1')), 'latin1'),
      ]),
    ),
    read: (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('latin1'),
    expected: (/** @type {Buffer} */ bytes) => bytes.toString('latin1').replace(every, REPLACEMENT),
  };
}

/** @param {readonly string[]} patterns @param {any} matcher @param {boolean} isText */
function whichWays(patterns, matcher, isText) {
  const needles = isText ? patterns : patterns.map((pattern) => Buffer.from(pattern));
  const byIncludes = (/** @type {any} */ haystack) => {
    const ids = [];
    for (let id = 0; id < needles.length; id++) if (haystack.includes(needles[id])) ids.push(id);
    return ids;
  };
  return {
    ours: (/** @type {string | Buffer} */ haystack) => matcher.which(haystack),
    peers: { includes: byIncludes },
    read: (/** @type {number[] | Uint32Array} */ ids) => ids.join(),
    expected: (/** @type {string | Buffer} */ haystack) => byIncludes(haystack).join(),
  };
}

/** Items of 64 units, as many as the size says. @param {import('../harness/suite.mjs').Facade['Matcher']} Matcher @returns {Case[]} */
function batchCases(Matcher) {
  const twenty = [...PATTERNS.english.rare, 'Ahab', 'Queequeg', 'harpoon', 'spout'];
  return Object.entries({ 'one-byte': KINDS['one-byte'], 'two-byte': KINDS['two-byte'], bytes: KINDS.bytes }).flatMap(
    ([kind, { make, patterns }]) =>
      Object.entries({ '4 rare': patterns.rare.slice(0, 4), '16 dense': patterns.dense, '20 literals': twenty }).map(([hits, list]) => ({
        name: `Matcher.testBatch ${kind} of 64, ${hits}`,
        sizes: [1, 4, 16, 64, 256, 1000, 10_000],
        prepare: (/** @type {number} */ count) => {
          const once = regExpOf(list);
          const matcher = new Matcher(list);
          const toText = (/** @type {string | Buffer} */ item) => (typeof item === 'string' ? item : item.toString('latin1'));
          const byRegExp = (/** @type {(string | Buffer)[]} */ items) => Uint8Array.from(items, (item) => Number(once.test(toText(item))));
          return {
            inputs: [0, 1].map((variant) => Array.from({ length: count }, (_, i) => make(64, variant * count + i))),
            ours: (/** @type {any} */ items) => matcher.testBatch(items),
            peers: {
              [kind === 'bytes' ? 'latin1 + RegExp' : 'RegExp']: (/** @type {(string | Buffer)[]} */ items) => {
                const found = new Uint8Array(items.length);
                for (let i = 0; i < items.length; i++) found[i] = once.test(toText(/** @type {string | Buffer} */ (items[i]))) ? 1 : 0;
                return found;
              },
            },
            read: (/** @type {Uint8Array} */ found) => found.join(''),
            expected: (/** @type {(string | Buffer)[]} */ items) => byRegExp(items).join(''),
          };
        },
      })),
  );
}

/** A stream of 256 KiB in chunks of the size. @param {import('../harness/suite.mjs').Facade['Matcher']} Matcher @returns {Case[]} */
function streamCases(Matcher) {
  const total = 1 << 18;
  return Object.entries(PATTERNS.english).map(([hits, list]) => ({
    name: `Matcher.scanner 256 KiB in chunks, 4 ${hits}`,
    sizes: sizesFrom(64).filter((size) => size <= total),
    prepare: (/** @type {number} */ size) => {
      const chosen = list.slice(0, 4);
      const matcher = new Matcher(chosen);
      const every = regExpOf(chosen, 'g');
      const longest = Math.max(...chosen.map(({ length }) => length));
      const cut = (/** @type {number} */ variant) => {
        const text = Buffer.from(englishPart(total, variant));
        return Array.from({ length: total / size }, (_, i) => text.subarray(i * size, (i + 1) * size));
      };
      return {
        inputs: [cut(0), cut(1)],
        ours: (/** @type {Buffer[]} */ chunks) => {
          const scanner = matcher.scanner();
          let count = 0;
          for (const chunk of chunks) count += scanner.write(chunk).length;
          return count + scanner.end().length;
        },
        peers: {
          // What is kept of the chunk before is all that a match could begin in; a match that was found ends it.
          'latin1 + RegExp, tail kept': (/** @type {Buffer[]} */ chunks) => {
            let count = 0;
            let tail = '';
            for (const chunk of chunks) {
              const text = tail + chunk.toString('latin1');
              let end = 0;
              every.lastIndex = 0;
              while (every.exec(text) !== null) {
                count++;
                end = every.lastIndex;
              }
              tail = text.slice(Math.max(end, text.length - longest + 1));
            }
            return count;
          },
        },
        expected: (/** @type {Buffer[]} */ chunks) => Buffer.concat(chunks).toString('latin1').match(every)?.length ?? 0,
      };
    },
  }));
}
