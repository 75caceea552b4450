import { HEAD, head, lend, openFrame, room } from './backend/frame.ts';

/*
 * Text on its way to a backend. A string is searched as V8 holds it, Latin-1 or UTF-16, so its units are copied as they are,
 * into the frame or into scratch memory that is lent, and offsets need no mapping.
 */

/** What the bytes of a haystack are. */
export const FORM = { bytes: 0, latin1: 1, utf16: 2 } as const;

/** Up to here a loop beats a call of the host. */
const LOOP_MAX = 24;
const SCRATCH_MIN = 1 << 17;
/** Scratch above this size is not kept. */
const KEPT_MAX = 1 << 21;
/** A one-byte string cannot match; V8 knows that and does not look, so this costs nothing for the strings that are not wide. */
const WIDE = /[^\0-\xff]/;

const host = globalThis.Buffer as BufferConstructor | undefined;
const encoder = new TextEncoder();

let scratch: Uint8Array = new Uint8Array(0);

/** Which units `text` holds. */
export function formOf(text: string): number {
  return WIDE.test(text) ? FORM.utf16 : FORM.latin1;
}

/** Puts the units of `text` into the frame, or lends them; `size` is the word of the head that says how many bytes they take. */
export function putUnits(text: string, form: number, size: number = HEAD.inputSize): void {
  const bytes = form === FORM.utf16 ? text.length * 2 : text.length;
  openFrame();
  if (bytes <= room.length) {
    writeUnits(text, room, form);
    head[size] = bytes;
    return;
  }
  lend(unitsOf(text, form), size);
}

/** Puts the UTF-8 of `text` into the frame, or lends it; a lone surrogate becomes U+FFFD. */
export function putUtf8(text: string): void {
  openFrame();
  if (text.length * 3 > room.length) {
    lend(encoder.encode(text), HEAD.inputSize);
    return;
  }
  head[HEAD.inputSize] = host === undefined ? encoder.encodeInto(text, room).written : (room as Buffer).write(text, 0, 'utf8');
}

/** The units of `text`, in memory that the next call may use again. */
export function unitsOf(text: string, form: number): Uint8Array {
  const bytes = form === FORM.utf16 ? text.length * 2 : text.length;
  const scratch = scratchFor(bytes);
  writeUnits(text, scratch, form);
  return scratch.subarray(0, bytes);
}

/** UTF-16LE units of `text`, as bytes of the caller's own. */
export function utf16Of(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  writeUtf16(text, bytes);
  return bytes;
}

/** The string of a few UTF-16LE units. */
export function stringOfUtf16(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < bytes.length; i += 2) text += String.fromCharCode((bytes[i] as number) | ((bytes[i + 1] as number) << 8));
  return text;
}

/** Writes the units of `text` to the start of `to`, which has room for them. */
export function writeUnits(text: string, to: Uint8Array, form: number): void {
  if (host !== undefined && text.length > LOOP_MAX) (to as Buffer).write(text, 0, form === FORM.utf16 ? 'utf16le' : 'latin1');
  else if (form === FORM.utf16) writeUtf16(text, to);
  else for (let i = 0; i < text.length; i++) to[i] = text.charCodeAt(i);
}

function writeUtf16(text: string, to: Uint8Array): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    to[2 * i] = unit;
    to[2 * i + 1] = unit >> 8;
  }
}

function scratchFor(size: number): Uint8Array {
  if (size <= scratch.length) return scratch;
  const capacity = Math.max(SCRATCH_MIN, 2 ** Math.ceil(Math.log2(size)));
  const memory = host?.allocUnsafeSlow(capacity) ?? new Uint8Array(capacity);
  if (capacity <= KEPT_MAX) scratch = memory;
  return memory;
}
