/*
 * The shapes of the objects that an Encoder writes: lists of keys, with the bytes of each key. A tree holds them, one key a step. Each node
 * remembers the step that was last taken from it, so that a shape that was just seen is found by comparing pointers: the engine has one
 * string for each name of a property.
 */

import { encodeText } from '../strings.ts';
import { generateWriter, type ShapeWriter } from './shape-writer.ts';

/** Objects with more members than this are dictionaries rather than records: their keys are not remembered. */
const MEMBERS_MAX = 64;
/** Bytes of a key with its header; longer keys are rare and would make the memory for them large. */
const KEY_MAX = 64;
/** Each way out of one node is another key at the same place: as many of them are no names of members but data. */
const WAYS_MAX = 64;
/** All of the tree. A node with its key takes about 300 bytes. */
const NODES_MAX = 2048;
/** So many objects of unknown shapes, and a tree that is full is emptied: what it costs to fill it is small against these. */
const MISSES_MAX = 8 * NODES_MAX;
/** A function is made for a shape that was seen as often, as long as there are not too many of them. */
const USES_MIN = 64;
const WRITERS_MAX = 256;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** A key with its header, as it is written. */
export class Key {
  readonly name: string;
  /** Bytes, from 1 to `KEY_MAX`. */
  readonly size: number;
  /** The bytes, four to a word in little-endian order, zeros behind the last. The first three are also at hand. */
  readonly words: Int32Array;
  readonly first: number;
  readonly second: number;
  readonly third: number;

  /** @param bytes as many as a multiple of four, `size` of them in use */
  constructor(name: string, bytes: Uint8Array, size: number) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.name = name;
    this.size = size;
    this.words = Int32Array.from({ length: (size + 3) >> 2 }, (_, i) => view.getInt32(i * 4, true));
    this.first = this.words[0] ?? 0;
    this.second = this.words[1] ?? 0;
    this.third = this.words[2] ?? 0;
  }
}

/** A list of keys, in the order in which an object has them, and how to write an object that has just these. */
export class Shape {
  readonly keys: readonly Key[];
  /** The function that was made for the shape once it was seen often. */
  write: ShapeWriter | undefined = undefined;
  uses = 0;

  constructor(keys: readonly Key[]) {
    this.keys = keys;
  }
}

class Node {
  readonly parent: Node | undefined;
  readonly name: string | undefined;
  readonly key: Key | undefined;
  /** Keys up to this node. */
  readonly depth: number;
  /** The way that was last taken from here. */
  next: Node;
  ways: Map<string, Node> | undefined;
  /** Of the keys up to here, once an object had just these. */
  shape: Shape | undefined;

  constructor(parent: Node | undefined, key: Key | undefined) {
    this.parent = parent;
    this.name = key?.name;
    this.key = key;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.next = this;
    this.ways = undefined;
    this.shape = undefined;
  }
}
/** What no way leads to. Its name is undefined, which no key is. */
const NOWHERE = new Node(undefined, undefined);

export class Shapes {
  #root = makeNode(undefined, undefined);
  #nodes = 0;
  #misses = 0;
  #writers = 0;

  /**
   * The shape of an object with these keys; undefined when it is none that is remembered, in which case nothing is known of the keys.
   * O(keys.length) time.
   */
  find(keys: readonly string[]): Shape | undefined {
    const { length } = keys;
    if (length > MEMBERS_MAX) return undefined;
    // Keys like indices come first. They are data, not names, and the engine has a new string for each.
    if (length > 0 && startsLikeIndex(keys[0] as string)) return undefined;
    let node = this.#root;
    for (let i = 0; i < length; i++) {
      const name = keys[i] as string;
      let { next } = node;
      if (next.name !== name) {
        next = this.#turn(node, name);
        if (next === NOWHERE) return undefined;
      }
      node = next;
    }
    const shape = node.shape ?? shapeOf(node);
    if (shape.write === undefined && ++shape.uses === USES_MIN && this.#writers < WRITERS_MAX) {
      this.#writers++;
      shape.write = generateWriter(shape.keys);
    }
    return shape;
  }

  /** Takes another way from `node` than the last time. */
  #turn(node: Node, name: string): Node {
    const next = node.ways?.get(name) ?? this.#learn(node, name);
    if (next !== NOWHERE) node.next = next;
    return next;
  }

  #learn(node: Node, name: string): Node {
    node.ways ??= new Map();
    if (this.#nodes >= NODES_MAX || node.ways.size >= WAYS_MAX) return this.#miss();
    const key = makeKey(name);
    if (key === undefined) return NOWHERE;
    const next = makeNode(node, key);
    node.ways.set(name, next);
    this.#nodes++;
    return next;
  }

  #miss(): Node {
    if (++this.#misses >= MISSES_MAX) {
      this.#root = makeNode(undefined, undefined);
      this.#nodes = 0;
      this.#misses = 0;
      this.#writers = 0;
    }
    return NOWHERE;
  }
}

function makeNode(parent: Node | undefined, key: Key | undefined): Node {
  const node = new Node(parent, key);
  node.next = NOWHERE;
  return node;
}

function shapeOf(end: Node): Shape {
  const keys = new Array<Key>(end.depth);
  for (let node = end; node.parent !== undefined; node = node.parent) keys[node.depth - 1] = node.key as Key;
  end.shape = new Shape(keys);
  return end.shape;
}

/** undefined when the key is too long. */
function makeKey(name: string): Key | undefined {
  if (name.length >= KEY_MAX) return undefined;
  const text = new Uint8Array(name.length * 3);
  const length = encodeText(name, text, 0);
  const header = length < 32 ? [0xa0 | length] : [0xd9, length];
  const size = header.length + length;
  if (size > KEY_MAX) return undefined;
  const bytes = new Uint8Array((size + 3) & ~3);
  bytes.set(header);
  bytes.set(text.subarray(0, length), header.length);
  return new Key(name, bytes, size);
}

function startsLikeIndex(name: string): boolean {
  const unit = name.charCodeAt(0);
  return unit >= DIGIT_0 && unit <= DIGIT_9;
}
