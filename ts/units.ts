/*
 * Text on its way to a backend. A string is searched as V8 holds it, Latin-1 or UTF-16, so its units are copied as they are into
 * memory that is used again and again, and offsets need no mapping.
 */

/** What the bytes of a haystack are. */
export const FORM = { bytes: 0, latin1: 1, utf16: 2 } as const;

/** A haystack as a backend takes it. */
export interface Units {
  readonly bytes: Uint8Array;
  readonly form: number;
}

/** Scratch above this size is not kept. */
const KEPT_MAX = 1 << 21;
const SCRATCH_MIN = 1 << 13;
/** A one-byte string cannot match; V8 knows that and does not look, so this costs nothing for the strings that are not wide. */
const WIDE = /[^\0-\xff]/;

const host = globalThis.Buffer as BufferConstructor | undefined;

let scratch = host?.allocUnsafeSlow(SCRATCH_MIN) ?? new Uint8Array(SCRATCH_MIN);

/** The units of `text`, valid until the next call. */
export function unitsOf(text: string): Units {
  return WIDE.test(text) ? { bytes: utf16Of(text), form: FORM.utf16 } : { bytes: latin1Of(text), form: FORM.latin1 };
}

/** UTF-16LE units of `text`, valid until the next call. */
export function utf16Of(text: string): Uint8Array {
  const room = roomFor(text.length * 2);
  if (host !== undefined) (room as Buffer).write(text, 0, 'utf16le');
  else writeUtf16(text, room);
  return room.subarray(0, text.length * 2);
}

function latin1Of(text: string): Uint8Array {
  const room = roomFor(text.length);
  if (host !== undefined) (room as Buffer).write(text, 0, 'latin1');
  else writeLatin1(text, room);
  return room.subarray(0, text.length);
}

function writeLatin1(text: string, room: Uint8Array): void {
  for (let i = 0; i < text.length; i++) room[i] = text.charCodeAt(i);
}

function writeUtf16(text: string, room: Uint8Array): void {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    room[2 * i] = unit;
    room[2 * i + 1] = unit >> 8;
  }
}

function roomFor(size: number): Uint8Array {
  if (size <= scratch.length) return scratch;
  const capacity = 2 ** Math.ceil(Math.log2(size));
  const room = host?.allocUnsafeSlow(capacity) ?? new Uint8Array(capacity);
  if (capacity <= KEPT_MAX) scratch = room;
  return room;
}
