/*
 * Text to UTF-8 and back. Short strings are converted here, unit by unit: a call into the host costs more than they do.
 * Long ones go to what the host has: the methods that Node's Buffer lends to every Uint8Array, else TextEncoder and TextDecoder.
 */

/** Up to this many units or bytes the loops of this file are faster than a call into the host (Node 20: it costs about 100 ns). */
const SHORT_TEXT = 40;
/** A string of this length may take three bytes a unit without that its size is asked first. */
const MEASURED_TEXT = 4096;
/** The host's `utf8Slice` ends the process at more bytes (Node 20); no string of V8 has as many. */
const SLICE_MAX = 2 ** 31 - 1;
const REPLACEMENT = '\ufffd';
export const REPLACEMENT_UNIT = 0xfffd;

/** What Node's Buffer adds to the standard; each method works on any Uint8Array. */
interface HostText {
  slice(this: Uint8Array, start: number, end: number): string;
  write(this: Uint8Array, text: string, offset: number, length: number): number;
  size(text: string): number;
}

/** What Node's Buffer adds to the standard for other forms of text. */
interface HostForms {
  latin1(this: Uint8Array, start: number, end: number): string;
  utf16(this: Uint8Array, start: number, end: number): string;
}

const host = findHostText();
const hostForms = findHostForms();
const encoder = new TextEncoder();
// A byte order mark is a character of the string like any other.
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// Where the host has no such methods. Of windows-1252 each byte is one unit, and those of ASCII are themselves.
const asciiDecoder = hostForms === undefined ? new TextDecoder('windows-1252') : undefined;
const utf16Decoder = hostForms === undefined ? new TextDecoder(isLittleEndian() ? 'utf-16le' : 'utf-16be', { ignoreBOM: true }) : undefined;
const lossyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The host's own method, where it puts U+FFFD as WHATWG says: it need not be asked first whether the text is good. */
const lossySlice = host !== undefined && isLossy(host) ? host.slice : undefined;

/** The host's own check, where it has one. */
export const hostIsUtf8 = globalThis.process?.getBuiltinModule?.('node:buffer')?.isUtf8;

/** The methods of a host that has them and whose answers are right; a polyfill of Buffer may lack them. */
function findHostText(): HostText | undefined {
  const buffer = (globalThis as { Buffer?: { prototype?: { utf8Slice?: unknown; utf8Write?: unknown }; byteLength?: unknown } }).Buffer;
  const found = { slice: buffer?.prototype?.utf8Slice, write: buffer?.prototype?.utf8Write, size: buffer?.byteLength };
  if (typeof found.slice !== 'function' || typeof found.write !== 'function' || typeof found.size !== 'function') return undefined;
  const text = found as HostText;
  try {
    const sample = 'a\u00e9\u20ac\ud83d\ude00\ud800';
    const bytes = new Uint8Array(16);
    const right = text.write.call(bytes, sample, 1, 15) === 13 && text.size(sample) === 13;
    return right && text.slice.call(bytes, 0, 14) === `\0${sample.slice(0, -1)}${REPLACEMENT}` ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether bad sequences of each kind, alone and before others, become what a TextDecoder makes of them. */
function isLossy(host: HostText): boolean {
  const kinds = [
    [0x80],
    [0xc0, 0x80],
    [0xe0, 0x80],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x90, 0x80],
    [0xf0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xff],
  ];
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, ...kinds.flatMap((kind) => [...kind, 0x41, ...kind]), ...kinds.flat(), 0xe2, 0x82]);
  try {
    return host.slice.call(bytes, 0, bytes.length) === lossyDecoder.decode(bytes);
  } catch {
    return false;
  }
}

/** The methods of a host that has them and whose order of bytes in UTF-16 is that of the machine. */
function findHostForms(): HostForms | undefined {
  const prototype = (globalThis as { Buffer?: { prototype?: { latin1Slice?: unknown; ucs2Slice?: unknown } } }).Buffer?.prototype;
  const found = { latin1: prototype?.latin1Slice, utf16: prototype?.ucs2Slice };
  if (typeof found.latin1 !== 'function' || typeof found.utf16 !== 'function') return undefined;
  const forms = found as HostForms;
  try {
    const units = new Uint8Array(Uint16Array.of(0x20ac, 0xe9).buffer);
    return forms.utf16.call(units, 0, 4) === '\u20ac\u00e9' && forms.latin1.call(Uint8Array.of(0xe9), 0, 1) === '\u00e9'
      ? forms
      : undefined;
  } catch {
    return undefined;
  }
}

function isLittleEndian(): boolean {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
}

/** Whether the host makes strings of Latin-1 and UTF-16, which is faster than of UTF-8. */
export const readsForms = hostForms !== undefined;

/** The string of Latin-1; undefined when it is longer than the host's strings can be, or `readsForms` is false. */
export function decodeLatin1(input: Uint8Array): string | undefined {
  return input.length > SLICE_MAX ? undefined : sliceOf(hostForms?.latin1, input);
}

/** The string of a part of ASCII, as Latin-1; what stands for other bytes is not said. It must be short. */
export function decodeAsciiPart(input: Uint8Array, start: number, end: number): string {
  return asciiDecoder?.decode(input.subarray(start, end)) ?? (hostForms as HostForms).latin1.call(input, start, end);
}

/** The string of so many units of well-formed UTF-16, in the order of the machine. */
export function decodeUtf16Part(bytes: Uint8Array, units: number): string {
  return utf16Decoder?.decode(bytes.subarray(0, 2 * units)) ?? (hostForms as HostForms).utf16.call(bytes, 0, 2 * units);
}

/** The string of UTF-16 in the order of the machine; undefined as with `decodeLatin1`. */
export function decodeUtf16(input: Uint8Array): string | undefined {
  return input.length > SLICE_MAX ? undefined : sliceOf(hostForms?.utf16, input);
}

function sliceOf(slice: HostForms['latin1'] | undefined, input: Uint8Array): string | undefined {
  try {
    return slice?.call(input, 0, input.length);
  } catch {
    return undefined;
  }
}

/** The string that these bytes are UTF-8 of; undefined when they are not, or when it is longer than the host's strings can be. */
export function decodeText(input: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= SHORT_TEXT) {
    if (start === end) return '';
    // Text that does not begin with ASCII is not tried: most often the rest is not either.
    const text = (input[start] as number) < 0x80 ? decodeAscii(input, start, end) : undefined;
    if (text !== undefined) return text;
  }
  try {
    if (host !== undefined && end - start > SLICE_MAX) return undefined;
    if (host === undefined) return strictDecoder.decode(partOf(input, start, end));
    const text = host.slice.call(input, start, end);
    // Only a text that shows U+FFFD can have lost something, and few do.
    return text.includes(REPLACEMENT) && !isUtf8Part(input, start, end) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Whether a part is UTF-8. The host's check is many times as fast as a loop. */
function isUtf8Part(input: Uint8Array, start: number, end: number): boolean {
  return hostIsUtf8?.(partOf(input, start, end)) ?? findInvalid(input, start, end) === end;
}

/** The string with U+FFFD for each maximal part of a bad sequence, as WHATWG has it; undefined when it is too long for the host. */
export function decodeLossy(input: Uint8Array, start: number, end: number): string | undefined {
  const size = end - start;
  if (size > 0 && size <= SHORT_TEXT && (input[start] as number) < 0x80) {
    const text = decodeAscii(input, start, end);
    if (text !== undefined) return text;
  }
  try {
    if (lossySlice === undefined) return lossyDecoder.decode(partOf(input, start, end));
    return size > SLICE_MAX ? undefined : lossySlice.call(input, start, end);
  } catch {
    return undefined;
  }
}

/** A view of a part; to make one takes as long as to check a few hundred bytes. */
function partOf(input: Uint8Array, start: number, end: number): Uint8Array {
  return end - start === input.length ? input : input.subarray(start, end);
}

/** The string of these bytes; undefined when one of them is not ASCII. Meant for few bytes: it takes them eight at a time. */
export function decodeAscii(input: Uint8Array, start: number, end: number): string | undefined {
  const { fromCharCode } = String;
  let text = '';
  let pos = start;
  let all = 0;
  for (; pos + 8 <= end; pos += 8) {
    const a = input[pos] as number;
    const b = input[pos + 1] as number;
    const c = input[pos + 2] as number;
    const d = input[pos + 3] as number;
    const e = input[pos + 4] as number;
    const f = input[pos + 5] as number;
    const g = input[pos + 6] as number;
    const h = input[pos + 7] as number;
    all |= a | b | c | d | e | f | g | h;
    text += fromCharCode(a, b, c, d, e, f, g, h);
  }
  if (pos + 4 <= end) {
    const a = input[pos] as number;
    const b = input[pos + 1] as number;
    const c = input[pos + 2] as number;
    const d = input[pos + 3] as number;
    all |= a | b | c | d;
    text += fromCharCode(a, b, c, d);
    pos += 4;
  }
  for (; pos < end; pos++) {
    const a = input[pos] as number;
    all |= a;
    text += fromCharCode(a);
  }
  return all < 0x80 ? text : undefined;
}

/**
 * Offset of the first byte of the first sequence in `start..end` that is not UTF-8 (RFC 3629), or `end`.
 *
 * The text may go on behind `end`, up to `limit`: a sequence that `end` cuts off is good when it has room there. O(end - start) time.
 */
export function findInvalid(input: Uint8Array, start: number, end: number, limit = end): number {
  let pos = start;
  while (pos < end) {
    const lead = input[pos] as number;
    const size = lead < 0x80 ? 1 : sequenceSize(input, pos, end, lead);
    if (size === 0 || pos + size > limit) return pos;
    pos += size;
  }
  return end;
}

/** Bytes of the sequence that starts with `lead` at `pos`; 0 when what there is of it before `end` starts none. */
function sequenceSize(input: Uint8Array, pos: number, end: number, lead: number): number {
  const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let i = pos + 1; i < Math.min(pos + size, end); i++) {
    const byte = input[i] as number;
    if (byte < low || byte > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return size;
}

/** A number of bytes, at least as many as `text` takes in UTF-8. It is exact for long strings, so that no memory is held in vain. */
export function sizeBound(text: string): number {
  if (text.length < MEASURED_TEXT) return text.length * 3;
  return host === undefined ? measure(text) : host.size(text);
}

/** Bytes of `text` in UTF-8. */
function measure(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
      size += 1;
      i++;
    }
  }
  return size;
}

/**
 * Writes `text` as UTF-8 into `target` from `start` on, where `sizeBound` bytes must be free. A lone surrogate becomes U+FFFD.
 *
 * @returns The offset after the last byte.
 */
export function encodeText(text: string, target: Uint8Array, start: number): number {
  if (text.length <= SHORT_TEXT) return encodeShort(text, target, start);
  if (host !== undefined) return start + host.write.call(target, text, start, target.length - start);
  return start + encoder.encodeInto(text, target.subarray(start)).written;
}

function encodeShort(text: string, target: Uint8Array, start: number): number {
  let pos = start;
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit < 0x80) {
      target[pos++] = unit;
      continue;
    }
    if (unit < 0x800) {
      target[pos++] = 0xc0 | (unit >> 6);
      target[pos++] = 0x80 | (unit & 0x3f);
      continue;
    }
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
      target[pos++] = 0xf0 | (point >> 18);
      target[pos++] = 0x80 | ((point >> 12) & 0x3f);
      target[pos++] = 0x80 | ((point >> 6) & 0x3f);
      target[pos++] = 0x80 | (point & 0x3f);
      continue;
    }
    if (unit >= 0xd800 && unit < 0xe000) unit = REPLACEMENT_UNIT;
    target[pos++] = 0xe0 | (unit >> 12);
    target[pos++] = 0x80 | ((unit >> 6) & 0x3f);
    target[pos++] = 0x80 | (unit & 0x3f);
  }
  return pos;
}

export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** False for NaN, which `charCodeAt` gives behind the end. */
export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
