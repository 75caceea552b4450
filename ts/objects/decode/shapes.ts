/*
 * The shapes of maps: the same names in the same order, spelled by the same bytes. A map whose shape is known is read by code made for it:
 * it compares the bytes of each key with those that it expects, a word at a time, and makes the object at once, by one literal.
 */

import { setOwn } from '../own.ts';
import type { Reader } from './reader.ts';

/** The members of a shape at most: maps with more are tables rather than records. */
export const SHAPE_MEMBERS_MAX = 64;
/** Bytes of all keys of a shape, with their headers; they become code. */
const SHAPE_BYTES_MAX = 1024;
/** Shapes that a Decoder keeps at most, and tries to learn at most. Beyond that maps are read member by member. */
const SHAPES_MAX = 512;
const LESSONS_MAX = 4 * SHAPES_MAX;
/** Shapes in one slot at most, all of which may have to be tried. */
const CHAIN_MAX = 8;
/** Maps that a slot meets without knowing their shape before it learns one. */
const MEETINGS = 4;
const SLOT_BITS = 10;

/** Whether the policy of the host allows to make code; asked once. */
export const canGenerate = isGenerationAllowed();

/**
 * Reads the members from the one of `index` on, whose key starts at `reader.pos`; `values` are those before it. `depth` containers are
 * open, this one counted.
 */
export type ReadMembers = (reader: Reader, depth: number, index: number, values: readonly unknown[]) => unknown;

/** The names of a map in their order, and the bytes of each as they stand in the message. */
export class Shape {
  readonly names: readonly string[];
  readonly keys: readonly Uint8Array[];
  /** The first bytes of its first key, four at most, which are its place in the table, with its count. */
  readonly word: number;
  readonly read: ReadMembers;
  /** The next one in the same slot. */
  next: Shape | undefined = undefined;

  constructor(names: readonly string[], keys: readonly Uint8Array[], word: number, generates: boolean) {
    this.names = names;
    this.keys = keys;
    this.word = word;
    this.read = generates ? generate(this) : interpret(this);
  }

  get count(): number {
    return this.names.length;
  }

  /** Whether the names of both begin with the same `count`, spelled the same. */
  agrees(other: Shape, count: number): boolean {
    for (let i = 0; i < count; i++) {
      const key = other.keys[i] as Uint8Array;
      if (key.length !== this.keys[i]?.length || !startsWith(key, 0, this.keys[i] as Uint8Array)) return false;
    }
    return true;
  }
}

/** The shapes that a Decoder knows, found by the count of a map and the first bytes of its first key. */
export class Shapes {
  readonly #generates: boolean;
  readonly #slots: (Shape | undefined)[] = new Array(1 << SLOT_BITS).fill(undefined);
  readonly #meetings = new Uint8Array(1 << SLOT_BITS);
  #known = 0;
  #lessons = 0;

  constructor(generates: boolean) {
    this.#generates = generates;
  }

  find(count: number, word: number): Shape | undefined {
    let shape = this.#slots[slotOf(count, word)];
    while (shape !== undefined && (shape.word !== word || shape.names.length !== count)) shape = shape.next;
    return shape;
  }

  /** Whether a map whose shape is not known should be told to `learn`. */
  isWorthLearning(count: number, word: number): boolean {
    const slot = slotOf(count, word);
    const meetings = this.#meetings[slot] as number;
    if (meetings < MEETINGS) {
      this.#meetings[slot] = meetings + 1;
      return false;
    }
    return this.#known < SHAPES_MAX && this.#lessons < LESSONS_MAX && count <= SHAPE_MEMBERS_MAX;
  }

  /** Takes the shape of a map that was read: its names, and the bytes of its keys. */
  learn(names: readonly string[], keys: readonly Uint8Array[], word: number): void {
    const slot = slotOf(names.length, word);
    this.#lessons++;
    this.#meetings[slot] = 0;
    if (keys.reduce((sum, key) => sum + key.length, 0) > SHAPE_BYTES_MAX || new Set(names).size !== names.length) return;
    let length = 0;
    for (let known = this.#slots[slot]; known !== undefined; known = known.next) {
      if (++length === CHAIN_MAX || (known.count === names.length && known.names.every((name, i) => name === names[i]))) return;
    }
    const shape = new Shape(names, keys, word, this.#generates);
    shape.next = this.#slots[slot];
    this.#slots[slot] = shape;
    this.#known++;
  }

  /**
   * The key of the member `index` at `pos` is not what `missed` expects, the ones before it were. The shape that it may have instead;
   * undefined when it has none that is known.
   */
  instead(missed: Shape, index: number, input: Uint8Array, pos: number, end: number): Shape | undefined {
    let shape = this.#slots[slotOf(missed.names.length, missed.word)];
    for (; shape !== undefined; shape = shape.next) {
      if (shape === missed || shape.names.length !== missed.names.length) continue;
      const key = shape.keys[index] as Uint8Array;
      if (key.length <= end - pos && startsWith(input, pos, key) && shape.agrees(missed, index)) return shape;
    }
    return undefined;
  }
}

function slotOf(count: number, word: number): number {
  return Math.imul(word ^ (count << 5), 0x9e3779b1) >>> (32 - SLOT_BITS);
}

/** Whether `key` stands at `pos`, which must leave room for it. */
function startsWith(input: Uint8Array, pos: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) {
    if (input[pos + i] !== key[i]) return false;
  }
  return true;
}

function isGenerationAllowed(): boolean {
  try {
    return new Function('return 1')() === 1;
  } catch {
    return false;
  }
}

/** What `generate` makes, without code of its own, for hosts that forbid that. */
function interpret(shape: Shape): ReadMembers {
  const { names, keys } = shape;
  return (reader, depth, index, values) => {
    const target: Record<string, unknown> = {};
    for (let i = 0; i < index; i++) setOwn(target, names[i] as string, values[i]);
    for (let i = index; i < keys.length; i++) {
      const key = keys[i] as Uint8Array;
      const { pos } = reader;
      if (key.length > reader.end - pos || !startsWith(reader.input, pos, key)) {
        return reader.miss(
          shape,
          depth,
          i,
          names.slice(0, i).map((name) => target[name]),
        );
      }
      reader.pos = pos + key.length;
      setOwn(target, names[i] as string, reader.value(depth));
    }
    return target;
  };
}

/**
 * Code for one shape, for two members of the names "a" and "bcd":
 * ```
 * (r, d, i, x) => {
 *   const s = r.input, w = r.view, z = r.end;
 *   let p = r.pos, a0 = x[0], a1 = x[1];
 *   switch (i) {
 *     case 0:
 *       if (p + 2 > z || w.getInt16(p, true) !== 25000) return r.miss(shape, d, 0, []);
 *       r.pos = p + 2; a0 = r.value(d); p = r.pos;
 *     case 1:
 *       if (p + 4 > z || w.getInt32(p, true) !== 1684234915) return r.miss(shape, d, 1, [a0]);
 *       r.pos = p + 4; a1 = r.value(d);
 *   }
 *   return { "a": a0, "bcd": a1 };
 * }
 * ```
 * Names get into it as JSON alone, and everything else is a number.
 */
function generate(shape: Shape): ReadMembers {
  const variables = shape.names.map((_, i) => `a${i}`);
  const cases = shape.keys.map((key, i) => {
    const miss = `return r.miss(shape, d, ${i}, [${variables.slice(0, i)}]);`;
    return `case ${i}: if (p + ${key.length} > z || ${differs(key)}) ${miss} r.pos = p + ${key.length}; a${i} = r.value(d); p = r.pos;`;
  });
  // V8 knows the hidden class of a literal up to its first computed name; but `__proto__` as a plain one would set the prototype.
  const members = shape.names.map((name, i) => (name === '__proto__' ? `["${name}"]: a${i}` : `${JSON.stringify(name)}: a${i}`));
  const declared = variables.map((name, i) => `, ${name} = x[${i}]`).join('');
  const body = `const s = r.input, w = r.view, z = r.end; let p = r.pos${declared};
switch (i) { ${cases.join('\n')} }
return { ${members} };`;
  return new Function('shape', `return (r, d, i, x) => { ${body} };`)(shape);
}

/** The expression that tells whether the bytes at `p` are not these: words as long as they last, the last of which may overlap. */
function differs(key: Uint8Array): string {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const at = (offset: number) => (offset === 0 ? 'p' : `p + ${offset}`);
  if (key.length === 1) return `s[p] !== ${key[0]}`;
  const half = (offset: number) => `w.getInt16(${at(offset)}, true) !== ${view.getInt16(offset, true)}`;
  if (key.length === 2) return half(0);
  if (key.length === 3) return `${half(0)} || ${half(1)}`;
  const word = (offset: number) => `w.getInt32(${at(offset)}, true) !== ${view.getInt32(offset, true)}`;
  const words: string[] = [];
  for (let offset = 0; offset + 4 <= key.length; offset += 4) words.push(word(offset));
  if (key.length % 4 !== 0) words.push(word(key.length - 4));
  return words.join(' || ');
}
