/*
 * Longest-prefix match in plain JavaScript: a key is short, and a crossing costs more than its few steps through a tree.
 */

/** One of many: the text that a key has to begin with, and what is given then. */
export interface Prefix {
  readonly text: string;
  readonly id: number;
}

interface Node {
  /** What a key has to go on with behind the unit that leads here. */
  label: string;
  /** -1 where no prefix ends. */
  id: number;
  readonly children: Map<number, Node>;
}

/** Sorted prefixes from `start` to `end`, which agree in their first `depth` units, of which a node is to be made. */
interface Task {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** A trie whose chains are one node each (Morrison, "PATRICIA", 1968). */
export class PrefixTree {
  /** Units of the longest prefix. */
  readonly longest: number;
  readonly #root: Node = newNode();

  /** Of equal prefixes the first counts. */
  constructor(prefixes: readonly Prefix[]) {
    const sorted = [...prefixes].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.id - b.id));
    this.longest = sorted.reduce((longest, { text }) => Math.max(longest, text.length), 0);
    const tasks: Task[] = sorted.length === 0 ? [] : [{ node: this.#root, start: 0, end: sorted.length, depth: 0 }];
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) grow(task, sorted, tasks);
  }

  /** The id of the longest prefix of `key`, or -1. */
  ofText(key: string): number {
    let node = this.#root;
    let longest = -1;
    for (let at = 0; ; at++) {
      const { label } = node;
      if (label.length !== 0 && !key.startsWith(label, at)) return longest;
      at += label.length;
      if (node.id !== -1) longest = node.id;
      // Behind the end there is no unit, and NaN leads nowhere.
      const child = node.children.get(key.charCodeAt(at));
      if (child === undefined) return longest;
      node = child;
    }
  }

  /** The same of bytes, each of which is a unit of the prefixes. */
  ofBytes(key: Uint8Array): number {
    let node = this.#root;
    let longest = -1;
    for (let at = 0; ; at++) {
      const { label } = node;
      for (let i = 0; i < label.length; i++) if (label.charCodeAt(i) !== key[at + i]) return longest;
      at += label.length;
      if (node.id !== -1) longest = node.id;
      const child = at < key.length ? node.children.get(key[at] as number) : undefined;
      if (child === undefined) return longest;
      node = child;
    }
  }
}

function newNode(): Node {
  return { label: '', id: -1, children: new Map() };
}

/** Fills the node of a task, and adds those of its children. */
function grow({ node, start, end, depth }: Task, sorted: readonly Prefix[], tasks: Task[]): void {
  const first = (sorted[start] as Prefix).text;
  const last = (sorted[end - 1] as Prefix).text;
  let at = depth;
  while (at < first.length && first.charCodeAt(at) === last.charCodeAt(at)) at++;
  node.label = first.slice(depth, at);
  let next = start;
  if (first.length === at) node.id = (sorted[start] as Prefix).id;
  while (next < end && (sorted[next] as Prefix).text.length === at) next++;
  while (next < end) {
    const unit = (sorted[next] as Prefix).text.charCodeAt(at);
    const from = next;
    while (next < end && (sorted[next] as Prefix).text.charCodeAt(at) === unit) next++;
    const child = newNode();
    node.children.set(unit, child);
    tasks.push({ node: child, start: from, end: next, depth: at + 1 });
  }
}
