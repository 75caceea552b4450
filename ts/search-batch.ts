import { HEAD, head, openFrame, room, roomWords } from './backend/frame.ts';
import { borrow, wrongType } from './input.ts';
import { isUint8Array } from './objects/built-in.ts';
import { FORM, formOf, writeUnits } from './units.ts';

/*
 * Many haystacks in one crossing: a word for each with its size, and behind those all of them, as they fit into the frame. Strings are joined before
 * they are written, since V8 joins in a third of the time that it takes to write each of them; 250 of 64 units are what the frame holds, and
 * larger strings would only leave the caches of the processor.
 */

/** Bytes of the word with a size. */
const WORD = Uint32Array.BYTES_PER_ELEMENT;
/** Up to so many bytes a loop copies faster than a call of the host. */
const LOOP_MAX = 24;

const sizeOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length')?.get as (this: Uint8Array) => number;

/** @throws {TypeError} when they are no array */
export function arrayOf(texts: readonly string[] | readonly Uint8Array[]): readonly string[] | readonly Uint8Array[] {
  if (!Array.isArray(texts)) throw wrongType('an array of strings or of Uint8Arrays', texts);
  return texts;
}

/**
 * The haystacks as an array of our own, all of one type.
 *
 * @throws {TypeError} when they are not
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function batchOf(haystacks: readonly string[] | readonly Uint8Array[]): string[] | Uint8Array[] {
  const list = [...arrayOf(haystacks)] as string[] | Uint8Array[];
  const areStrings = typeof list[0] === 'string';
  for (const item of list) {
    if (areStrings ? typeof item !== 'string' : !isUint8Array(item)) throw wrongType('strings alone or Uint8Arrays alone', item);
    if (!areStrings) borrow(item as Uint8Array);
  }
  return list;
}

/** Whether they are strings. */
export function areStrings(list: string[] | Uint8Array[]): list is string[] {
  return typeof list[0] === 'string';
}

/** Puts those from `from` on that the frame holds, and gives where the next ones begin: at `from` when the first is too large. */
export function putBatch(list: string[] | Uint8Array[], from: number): number {
  openFrame();
  return areStrings(list) ? putStrings(list, from) : putArrays(list, from);
}

function putStrings(list: readonly string[], from: number): number {
  let to = from;
  // Two bytes a unit, whether they are needed will be known when they are joined.
  for (let size = 0; to < list.length; to++) {
    size += WORD + 2 * (list[to] as string).length;
    if (size > room.length) break;
  }
  const text = (from === 0 && to === list.length ? list : list.slice(from, to)).join('');
  const form = formOf(text);
  const width = form === FORM.utf16 ? 2 : 1;
  for (let i = from; i < to; i++) roomWords[i - from] = (list[i] as string).length * width;
  const before = (to - from) * WORD;
  writeUnits(text, room.subarray(before), form);
  writeHead(before, text.length * width, form);
  return to;
}

/** No code of a user runs in here: what a getter of his says of an array does not count. */
function putArrays(list: readonly Uint8Array[], from: number): number {
  let to = from;
  let size = 0;
  for (; to < list.length; to++) {
    const next = size + WORD + sizeOf.call(list[to] as Uint8Array);
    if (next > room.length) break;
    size = next;
  }
  const before = (to - from) * WORD;
  let at = before;
  for (let i = from; i < to; i++) {
    const bytes = list[i] as Uint8Array;
    const length = sizeOf.call(bytes);
    roomWords[i - from] = length;
    if (length > LOOP_MAX) room.set(bytes, at);
    else for (let k = 0; k < length; k++) room[at + k] = bytes[k] as number;
    at += length;
  }
  writeHead(before, at - before, FORM.bytes);
  return to;
}

function writeHead(sizes: number, units: number, form: number): void {
  head[HEAD.pointerSize] = sizes;
  head[HEAD.inputSize] = units;
  head[HEAD.form] = form;
}
