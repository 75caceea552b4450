import { LanewiseError } from './error.ts';
import { borrow, INPUT_MAX, wrongType } from './input.ts';
import { MATCH_WORDS, type Match } from './matches.ts';
import { Held } from './pieces.ts';

/*
 * Putting something in place of matches. The matches are known before, in words of the caller's own, so a function that is asked for
 * replacements may search; it is asked for all of them before anything is built.
 */

/** What to put in place of matches: the same for all, one for each pattern, or what a function says for a match. */
export type Replacement<T> = T | readonly T[] | ((match: Match) => T);

/** What stands in place of match `i`, of that id. */
export type Chosen<T> = (i: number, id: number) => T;

/** Units of the longest string of V8; other hosts have longer ones. */
const V8_STRING_MAX = 2 ** 29 - 24;
const STRING_MAX = globalThis.process?.getBuiltinModule?.('node:buffer')?.constants.MAX_STRING_LENGTH ?? V8_STRING_MAX;
/** Up to so many bytes a loop copies faster than a call of the host, which wants a view of them. */
const LOOP_MAX = 128;

/**
 * A fixed replacement, checked and copied: the only one for all matches, or one for each of `count` patterns.
 *
 * @throws {TypeError} for what is no replacement, and for too few or too many
 */
export function listed<T, U>(replacement: T | readonly T[], count: number, checked: (value: T) => U): U[] {
  if (!Array.isArray(replacement)) return [checked(replacement as T)];
  const list = Array.from(replacement as readonly T[], (value) => checked(value));
  if (list.length !== count) throw new TypeError(`expected ${count} replacements, one for each pattern, got ${list.length}`);
  return list;
}

/** What stands in place of a match, of such a list. */
export function chosenOf<T>(list: readonly T[]): Chosen<T> {
  const [one] = list;
  return list.length === 1 ? () => one as T : (_, id) => list[id] as T;
}

/** @throws {TypeError} when it is none */
export function checkedString(value: string): string {
  if (typeof value !== 'string') throw wrongType('a string to put in place of a match', value);
  return value;
}

/** No code of a user runs between this and the end of the call that asks, so it needs no copy. @throws {TypeError} when it is no Uint8Array */
export function checkedBytes(value: Uint8Array): Uint8Array {
  return borrow(value);
}

/** What `replacement` says for each match: it is called once for each, in order. @throws {TypeError} when that is no string */
export function askedStrings(words: ArrayLike<number>, replacement: (match: Match) => string): Chosen<string> {
  const texts: string[] = [];
  forEach(words, (match) => texts.push(checkedString(replacement(match))));
  return (i) => texts[i] as string;
}

/** The same for bytes, which are copied at once. */
export function askedBytes(words: ArrayLike<number>, replacement: (match: Match) => Uint8Array): Chosen<Uint8Array> {
  const held = new Held();
  const ends: number[] = [];
  forEach(words, (match) => {
    held.add(borrow(replacement(match)));
    ends.push(held.size);
  });
  const all = held.take();
  return (i) => all.subarray(i === 0 ? 0 : ends[i - 1], ends[i]);
}

function forEach(words: ArrayLike<number>, visit: (match: Match) => void): void {
  for (let at = 0; at < words.length; at += MATCH_WORDS)
    visit({ id: word(words, at), start: word(words, at + 1), end: word(words, at + 2) });
}

/**
 * The text with something else in place of its matches; the text itself where there are none.
 *
 * V8 copies neither a slice nor what it is joined with before someone reads the result, so this costs a fraction of its own `replace`.
 *
 * @throws {LanewiseError} LW_SIZE when the result is longer than a string can be, before it is built
 */
export function replaceInString(text: string, words: ArrayLike<number>, chosen: Chosen<string>): string {
  if (words.length === 0) return text;
  sizeOf(text, words, chosen, STRING_MAX);
  let result = '';
  let at = 0;
  for (let i = 0; i * MATCH_WORDS < words.length; i++) {
    const start = word(words, i * MATCH_WORDS + 1);
    if (start > at) result += text.slice(at, start);
    result += chosen(i, word(words, i * MATCH_WORDS));
    at = word(words, i * MATCH_WORDS + 2);
  }
  return result + text.slice(at);
}

/**
 * The same for bytes: always an array of the caller's own.
 *
 * @throws {LanewiseError} LW_SIZE when the host has no memory for the result, or it has more bytes than words of 32 bits count
 */
export function replaceInBytes(bytes: Uint8Array, words: ArrayLike<number>, chosen: Chosen<Uint8Array>): Uint8Array<ArrayBuffer> {
  const result = allocate(sizeOf(bytes, words, chosen, INPUT_MAX));
  let at = 0;
  let to = 0;
  for (let i = 0; i * MATCH_WORDS < words.length; i++) {
    const start = word(words, i * MATCH_WORDS + 1);
    to = copy(bytes, at, start, result, to);
    const replacement = chosen(i, word(words, i * MATCH_WORDS));
    to = copy(replacement, 0, replacement.length, result, to);
    at = word(words, i * MATCH_WORDS + 2);
  }
  copy(bytes, at, bytes.length, result, to);
  return result;
}

/** How long the result will be. */
function sizeOf<T extends { readonly length: number }>(text: T, words: ArrayLike<number>, chosen: Chosen<T>, sizeMax: number): number {
  let size = text.length;
  for (let i = 0; i * MATCH_WORDS < words.length; i++) {
    const at = i * MATCH_WORDS;
    size += chosen(i, word(words, at)).length - (word(words, at + 2) - word(words, at + 1));
  }
  if (size > sizeMax) throw new LanewiseError('LW_SIZE');
  return size;
}

function allocate(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw new LanewiseError('LW_SIZE');
  }
}

/** Copies a part of `from`, and gives where the next one goes. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  const size = end - start;
  if (size > LOOP_MAX) to.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
  else for (let i = 0; i < size; i++) to[at + i] = from[start + i] as number;
  return at + size;
}

function word(words: ArrayLike<number>, at: number): number {
  return words[at] as number;
}
