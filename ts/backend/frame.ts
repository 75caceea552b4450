import { LanewiseError } from '../error.ts';
import { backend } from './current.ts';

/*
 * The frame: memory that this thread and the backend both know. Copying a small input into it costs less than handing over a typed
 * array, a number in its head less than an argument, and results come through it without a fresh array for each. Nobody outside the
 * facade has a view of it.
 *
 * What is put into the frame, or lent, holds until the next call of the backend; nothing that could run code of a user stands between.
 */

/** Which word of the head holds what: `Call::new` in `crates/lanewise-binding/src/frame.rs`. */
export const HEAD = { pointerSize: 0, inputSize: 1, depthMax: 2, memoryMax: 3, flags: 4, form: 5, handle: 6, from: 7 } as const;

/** Words of the head; the input lies behind it. */
const HEAD_WORDS = 16;
/** The size that says "lent" to the backend. */
const LENT = 0xffffffff;
/** From here on handing the array over, 200 ns, is cheaper than copying it: 8 KiB take 150 ns, 16 KiB 300. */
const COPY_MAX = 1 << 13;

/** Scratch above this size is not kept. */
const SCRATCH_MAX = 1 << 21;

const host = globalThis.Buffer as BufferConstructor | undefined;

/**
 * What is lent, by the word of the head that says so. Nobody else may hold it, as the UTF-8 of a string, and the backend knows only where it is:
 * so it is held here until something else is put.
 */
const lent: (Uint8Array | undefined)[] = [];

/** The words of the head. */
export let head: Uint32Array = new Uint32Array(0);
/** Room for input; a Buffer where there is one, for its writers of strings. */
export let room: Uint8Array = new Uint8Array(0);
/** The words of that room. */
export let roomWords: Uint32Array = head;
let outBytes: Uint8Array = room;
let outWords: Uint32Array = head;

/** Finds the frame: at first, and anew when the memory of a WebAssembly module has grown, which empties every view of it. */
export function openFrame(): void {
  if (room.length !== 0) return;
  const frame = backend.frame();
  const { buffer, byteOffset } = frame;
  const half = frame.length / 2;
  head = new Uint32Array(buffer, byteOffset, HEAD_WORDS);
  const start = head.byteLength;
  room = host === undefined ? frame.subarray(start, half) : host.from(buffer, byteOffset + start, half - start);
  roomWords = new Uint32Array(buffer, byteOffset + start, (half - start) / Uint32Array.BYTES_PER_ELEMENT);
  outBytes = frame.subarray(half);
  outWords = new Uint32Array(buffer, byteOffset + half, half / Uint32Array.BYTES_PER_ELEMENT);
}

/** Puts the input of the call that follows into the frame, behind `at` bytes of another one, or lends it. */
export function put(input: Uint8Array, at = 0): void {
  openFrame();
  if (at === 0) {
    head[HEAD.pointerSize] = 0;
    lent.length = 0;
  }
  place(input, input.length, at, HEAD.inputSize);
}

/**
 * Puts an input, and what the call takes beside it, where others have a pointer.
 *
 * Both lengths are read first. A user may have made a getter of one, and once something is lent none of his code may run: it could take that
 * memory away.
 */
export function putBoth(input: Uint8Array, beside: Uint8Array): void {
  const size = input.length;
  const besideSize = beside.length;
  openFrame();
  lent.length = 0;
  place(beside, besideSize, 0, HEAD.pointerSize);
  place(input, size, head[HEAD.pointerSize] as number, HEAD.inputSize);
}

/** Puts an array of that size behind `at` bytes, or lends it; `word` of the head says how large it is. */
function place(bytes: Uint8Array, size: number, at: number, word: number): void {
  head[word] = size;
  // Memory that was taken away has no length, and can be neither copied nor lent.
  if (size === 0) return;
  if (size > COPY_MAX || at + size > room.length) lend(bytes, word);
  else room.set(bytes, at);
}

/**
 * Puts the input and the numbers of a codec's call. Both are parameters so that they are read from what the user gave before anything
 * is put: a getter of his could make a call of its own, or take the memory away that is lent.
 */
export function prepare(input: Uint8Array, depthMax: number, flags: number): void {
  put(input);
  writeNumbers(depthMax, flags);
}

/** Writes the numbers of a codec's call, whose input has been put. */
export function writeNumbers(depthMax: number, flags: number): void {
  head[HEAD.depthMax] = depthMax;
  head[HEAD.flags] = flags;
}

/**
 * Lends `input`, whose size is the word `size` of the head.
 *
 * @throws {LanewiseError} LW_SIZE when a WebAssembly module has no memory for it
 */
export function lend(input: Uint8Array, size: number): void {
  lent[size] = input;
  try {
    backend.lend(input);
  } catch {
    openFrame();
    head.fill(0);
    // A call takes what was lent before, so that the next one does not.
    backend.checkUtf8();
    throw new LanewiseError('LW_SIZE', input.length);
  }
  openFrame();
  head[size] = LENT;
}

/** Word `i` of the few that the call just made produced. */
export function wordAt(i: number): number {
  openFrame();
  return outWords[i] as number;
}

/**
 * The `size` bytes that the call just made produced, as an array of the caller's own.
 *
 * @throws {LanewiseError} LW_SIZE when the host has no memory for them; they are lost then
 */
export function ownBytes(size: number): Uint8Array<ArrayBuffer> {
  openFrame();
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(size);
  } catch {
    backend.takeBytes(new Uint8Array(0));
    throw new LanewiseError('LW_SIZE');
  }
  if (size > outBytes.length) backend.takeBytes(bytes);
  else bytes.set(outBytes.subarray(0, size));
  return bytes;
}

/** Output that is read at once, and is too large for the frame, comes here. */
let scratch: Uint8Array = room;

/** The `size` bytes that the call just made produced, in memory that the next call may use again. */
export function borrowBytes(size: number): Uint8Array {
  openFrame();
  if (size <= outBytes.length) return outBytes.subarray(0, size);
  if (size > SCRATCH_MAX) return ownBytes(size);
  if (size > scratch.length) scratch = new Uint8Array(Math.min(SCRATCH_MAX, 2 ** Math.ceil(Math.log2(size))));
  const bytes = scratch.subarray(0, size);
  backend.takeBytes(bytes);
  return bytes;
}

/** The `size` words that the call just made produced, as an array of the caller's own. */
export function ownWords(size: number): Uint32Array<ArrayBuffer> {
  openFrame();
  const words = new Uint32Array(size);
  if (size > outWords.length) backend.takeWords(words);
  else words.set(outWords.subarray(0, size));
  return words;
}

/** Up to so many words a plain array is made in a fraction of the time of a typed one. */
const FEW_WORDS = 24;

/** The same, in whatever array is made fastest. */
export function listWords(size: number): ArrayLike<number> {
  if (size > FEW_WORDS) return ownWords(size);
  const words: number[] = [];
  for (let i = 0; i < size; i++) words.push(wordAt(i));
  return words;
}
