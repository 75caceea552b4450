/**
 * The ways to search for several literals at once with what V8 and Node have. Which is fastest depends on how many patterns there are and
 * how often they occur, so all of them are here.
 *
 * Results are those of 'leftmost-first': of the matches that start first, the pattern given first, without overlap.
 */

/** @typedef {string | Buffer} Haystack */
/** @typedef {Readonly<Record<'test' | 'count' | 'find' | 'findAll', Readonly<Record<string, (haystack: any) => unknown>>>>} Ways */

/**
 * How a case is ignored: by the flags of a regular expression. 'ascii' folds more than A to Z in a text of other letters, where
 * it is not used.
 *
 * @typedef {'none' | 'ascii' | 'unicode'} Folding
 */
const FLAGS = { none: '', ascii: 'i', unicode: 'iu' };

/** @param {readonly string[]} patterns @param {Folding} [folding] @returns {Ways} on strings */
export function onStrings(patterns, folding = 'none') {
  const ways = byRegExp(patterns, folding);
  return folding === 'none' ? byIndexOf(patterns, ways) : ways;
}

/**
 * On bytes: a Latin-1 string has one unit a byte, so offsets need no mapping.
 *
 * @param {readonly string[]} patterns @param {'none' | 'ascii'} [folding] @returns {Ways}
 */
export function onBytes(patterns, folding = 'none') {
  const bytes = patterns.map((pattern) => Buffer.from(pattern));
  const inLatin1 = byRegExp(
    bytes.map((pattern) => pattern.toString('latin1')),
    folding,
  );
  const converted = Object.entries(inLatin1).map(([method, ways]) => [
    method,
    Object.fromEntries(
      Object.entries(ways).map(([name, call]) => [
        `latin1 + ${name}`,
        (/** @type {Buffer} */ haystack) => call(haystack.toString('latin1')),
      ]),
    ),
  ]);
  const ways = Object.fromEntries(converted);
  return folding === 'none' ? byIndexOf(bytes, ways) : ways;
}

/** All matches as `id, start, end`, by the engine of regular expressions. @param {readonly string[]} patterns @param {string} haystack @param {Folding} [folding] */
export function matchesByRegExp(patterns, haystack, folding) {
  return /** @type {number[]} */ (byRegExp(patterns, folding).findAll.exec?.(haystack));
}

/** What stands in a regular expression for `patterns`. @param {readonly string[]} patterns */
export function alternatives(patterns) {
  return patterns.map((pattern) => pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
}

/** The id of a pattern by the text that it matched. @param {readonly string[]} patterns @param {Folding} folding @returns {(text: string) => number | undefined} */
export function idOf(patterns, folding) {
  const fold = folding === 'none' ? (/** @type {string} */ text) => text : (/** @type {string} */ text) => text.toLowerCase();
  const ids = new Map(patterns.map((pattern, id) => [fold(pattern), id]));
  return folding === 'none' ? (text) => ids.get(text) : (text) => ids.get(fold(text));
}

/** @param {readonly string[]} patterns @param {Folding} [folding] @returns {Ways} */
function byRegExp(patterns, folding = 'none') {
  const source = alternatives(patterns);
  const once = new RegExp(source, FLAGS[folding]);
  const every = new RegExp(source, `g${FLAGS[folding]}`);
  const id = idOf(patterns, folding);
  return {
    test: { RegExp: (haystack) => once.test(haystack) },
    count: {
      exec: (haystack) => {
        let count = 0;
        every.lastIndex = 0;
        while (every.exec(haystack) !== null) count++;
        return count;
      },
      match: (haystack) => haystack.match(every)?.length ?? 0,
    },
    find: {
      exec: (haystack) => {
        const match = once.exec(haystack);
        return match === null ? null : { id: id(match[0]), start: match.index, end: match.index + match[0].length };
      },
    },
    findAll: {
      exec: (haystack) => {
        const words = [];
        every.lastIndex = 0;
        for (let match = every.exec(haystack); match !== null; match = every.exec(haystack)) {
          words.push(id(match[0]), match.index, match.index + match[0].length);
        }
        return words;
      },
    },
  };
}

/** Adds the ways by `indexOf`, the same on strings and on Buffers. @param {readonly Haystack[]} needles @param {Ways} others @returns {Ways} */
function byIndexOf(needles, others) {
  const walk = needles.length === 1 ? walkOne(/** @type {Haystack} */ (needles[0])) : walkSeveral(needles);
  return {
    test: { ...others.test, includes: (haystack) => needles.some((needle) => haystack.includes(needle)) },
    count: {
      ...others.count,
      indexOf: (haystack) => {
        let count = 0;
        walk(haystack, () => {
          count++;
          return true;
        });
        return count;
      },
    },
    find: {
      ...others.find,
      indexOf: (haystack) => {
        let found = null;
        walk(haystack, (id, start, end) => {
          found = { id, start, end };
          return false;
        });
        return found;
      },
    },
    findAll: {
      ...others.findAll,
      indexOf: (haystack) => {
        /** @type {number[]} */
        const words = [];
        walk(haystack, (id, start, end) => {
          words.push(id, start, end);
          return true;
        });
        return words;
      },
    },
  };
}

/** @typedef {(haystack: any, visit: (id: number, start: number, end: number) => boolean) => void} Walk until `visit` gives false */

/** @param {Haystack} needle @returns {Walk} */
function walkOne(needle) {
  return (haystack, visit) => {
    for (let start = haystack.indexOf(needle); start !== -1; ) {
      const end = start + needle.length;
      if (!visit(0, start, end)) return;
      start = haystack.indexOf(needle, end);
    }
  };
}

/** Knows of each needle where it occurs next. @param {readonly Haystack[]} needles @returns {Walk} */
function walkSeveral(needles) {
  return (haystack, visit) => {
    const next = needles.map((needle) => startOf(needle, haystack, 0));
    for (;;) {
      const start = Math.min(...next);
      if (start === Infinity) return;
      const id = next.indexOf(start);
      const end = start + /** @type {Haystack} */ (needles[id]).length;
      if (!visit(id, start, end)) return;
      for (let i = 0; i < needles.length; i++) {
        if (/** @type {number} */ (next[i]) < end) next[i] = startOf(/** @type {Haystack} */ (needles[i]), haystack, end);
      }
    }
  };
}

/** @param {Haystack} needle @param {any} haystack @param {number} from @returns {number} Infinity when there is none */
function startOf(needle, haystack, from) {
  const start = haystack.indexOf(needle, from);
  return start === -1 ? Infinity : start;
}
