/** The ways to look for one needle, and for the longest prefix, with what Node has. */

/** @typedef {[haystack: Buffer, needle: Buffer]} Search */

/** @type {Readonly<Record<string, (search: Search) => number>>} */
export const find = { 'Buffer.indexOf': ([bytes, needle]) => bytes.indexOf(needle) };

/** @type {Readonly<Record<string, (search: Search) => number>>} */
export const count = {
  'Buffer.indexOf loop': ([bytes, needle]) => {
    let count = 0;
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + needle.length)) count++;
    return count;
  },
};

const PARTS = ['users', 'orders', 'items', 'search', 'admin', 'static', 'images', 'v1', 'v2', 'reports'];

/** Routes of one to three parts: 1,110 of them. @returns {string[]} */
export function routes() {
  const one = PARTS.map((part) => `/${part}`);
  const two = one.flatMap((path) => PARTS.map((part) => `${path}/${part}`));
  return [...one, ...two, ...two.flatMap((path) => PARTS.map((part) => `${path}/${part}/`))];
}

/** Paths of requests. @param {number} count @param {number} variant @returns {string[]} */
export function keys(count, variant) {
  return Array.from({ length: count }, (_, i) => {
    const random = Math.imul(i + variant * 7919 + 1, 0x9e3779b1) >>> 0;
    const parts = [random % 10, (random >>> 8) % 11, (random >>> 16) % 12].map((nth) => PARTS[nth] ?? `x${random % 97}`);
    return `/${parts.slice(0, 1 + (random % 3)).join('/')}/${random % 1000}`;
  });
}

/** The definition. @param {readonly string[]} prefixes @param {string} key @returns {number} */
export function longestOf(prefixes, key) {
  let longest = -1;
  prefixes.forEach((prefix, id) => {
    if (key.startsWith(prefix) && (longest === -1 || prefix.length > Number(prefixes[longest]?.length))) longest = id;
  });
  return longest;
}

/** @param {readonly string[]} prefixes @param {'strings' | 'bytes'} form @returns {Readonly<Record<string, (keys: any[]) => Int32Array>>} */
export function longest(prefixes, form) {
  const ids = new Map(prefixes.map((prefix, id) => [prefix, id]));
  const sizes = [...new Set(prefixes.map(({ length }) => length))].sort((a, b) => b - a);
  const text = form === 'strings' ? (/** @type {string} */ key) => key : (/** @type {Buffer} */ key) => key.latin1Slice(0, key.length);
  /** @param {string} key */
  const bySize = (key) => {
    for (const size of sizes) {
      const id = size > key.length ? undefined : ids.get(key.slice(0, size));
      if (id !== undefined) return id;
    }
    return -1;
  };
  const root = trieOf(prefixes);
  return {
    'Map by length': (keys) => Int32Array.from(keys, (key) => bySize(text(key))),
    trie: (keys) => Int32Array.from(keys, (key) => walk(root, text(key))),
  };
}

/** @typedef {{ id: number, next: Map<number, Trie> }} Trie */

/** @param {readonly string[]} prefixes @returns {Trie} */
function trieOf(prefixes) {
  /** @type {Trie} */
  const root = { id: -1, next: new Map() };
  prefixes.forEach((prefix, id) => {
    let node = root;
    for (let i = 0; i < prefix.length; i++) {
      const unit = prefix.charCodeAt(i);
      const next = node.next.get(unit) ?? { id: -1, next: new Map() };
      node.next.set(unit, next);
      node = next;
    }
    if (node.id === -1) node.id = id;
  });
  return root;
}

/** @param {Trie} root @param {string} key */
function walk(root, key) {
  let longest = root.id;
  /** @type {Trie | undefined} */
  let node = root;
  for (let i = 0; i < key.length; i++) {
    node = node.next.get(key.charCodeAt(i));
    if (node === undefined) break;
    if (node.id !== -1) longest = node.id;
  }
  return longest;
}
