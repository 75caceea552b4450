import type { Dataplane } from '../../dataplane.ts';
import { BINARY, type FlatHeaders, JSON_TEXT, sizeOf, TEXT } from '../http/answer.ts';
import type { HostBuffer } from './records.ts';

/** Which word of the block says what: `Control` in `crates/lanewise-node/src/gateway/memory.rs`. */
export const CONTROL = { start: 0, count: 1, crossing: 2, answers: 3, words: 16 } as const;

/** Words before fields and body of an answer: its id, its status with the media type above, the size of the fields and of the body. */
const HEAD_WORDS = 4;
const HEAD_SIZE = HEAD_WORDS * Uint32Array.BYTES_PER_ELEMENT;
/** Beside the size of a body that is written in Latin-1 and goes out in UTF-8. */
const LATIN1 = 2 ** 31;
/** Up to here a loop beats a call of the host. */
const LOOP_MAX = 32;
/** A one-byte string cannot match; V8 knows that and does not look. */
const WIDE = /[^\0-\xff]/;

/** The number of a media type that needs not be spelled out, 0 for none; undefined for another one. */
function mediaOf(type: string | undefined): number | undefined {
  if (type === JSON_TEXT) return 1;
  if (type === undefined) return 0;
  if (type === TEXT) return 2;
  return type === BINARY ? 3 : undefined;
}

const EMPTY = new Uint8Array(0);

/** Answers on their way to the addon: written one behind the other into memory that both sides know. */
export class Replies {
  readonly #native: Dataplane;
  readonly #handle: number;
  readonly #words: Uint32Array;
  readonly #bytes: HostBuffer;
  #isFlushQueued = false;

  constructor(native: Dataplane, handle: number) {
    const shared = native.gatewayShared(handle);
    this.#native = native;
    this.#handle = handle;
    this.#words = new Uint32Array(shared.buffer, shared.byteOffset, shared.length / Uint32Array.BYTES_PER_ELEMENT);
    this.#bytes = Buffer.from(shared.buffer, shared.byteOffset, shared.length) as unknown as HostBuffer;
  }

  /** The words of the block. */
  get control(): Uint32Array {
    return this.#words;
  }

  /** Writes an answer, which is sent at the end of the turn. */
  write(id: number, status: number, type: string | undefined, body: Uint8Array | string, headers: FlatHeaders): void {
    const media = mediaOf(type);
    const fields = media === undefined ? ['Content-Type', type as string, ...headers] : headers;
    const text = fields.length === 0 ? '' : `${fields.join('\n')}\n`;
    // No string takes more than three bytes a unit.
    const bodySize = typeof body === 'string' ? 3 * body.length : sizeOf(body);
    const room = HEAD_SIZE + text.length + bodySize + Uint32Array.BYTES_PER_ELEMENT;
    let at = this.#end();
    if (at + room > this.#bytes.length) {
      this.flush();
      at = this.#end();
      if (at + room > this.#bytes.length) {
        const bytes = typeof body === 'string' ? Buffer.from(body) : body;
        this.#native.gatewayAnswer(this.#handle, id, status, media ?? 0, Buffer.from(text, 'latin1'), bytes);
        return;
      }
    }
    const word = at / Uint32Array.BYTES_PER_ELEMENT;
    const words = this.#words;
    words[word] = id;
    words[word + 1] = status | ((media ?? 0) << 16);
    words[word + 2] = text.length;
    at += HEAD_SIZE;
    if (text !== '') at += this.#bytes.latin1Write(text, at);
    const size = typeof body === 'string' ? this.#writeText(body, at) : this.#writeBytes(body, bodySize, at);
    words[word + 3] = size;
    at += size % LATIN1;
    this.#finish(at);
  }

  /** Writes that a request, which is over, is known to be. */
  forget(id: number): void {
    if (this.#end() + HEAD_SIZE > this.#bytes.length) this.flush();
    const at = this.#end();
    const word = at / Uint32Array.BYTES_PER_ELEMENT;
    this.#words.fill(0, word, word + HEAD_WORDS);
    this.#words[word] = id;
    this.#finish(at + HEAD_SIZE);
  }

  /** Sends what has been written. */
  flush(): void {
    this.#native.gatewayFlush(this.#handle);
  }

  /** The fields of a head as `gatewayBegin` takes them. */
  static fields(type: string | undefined, headers: FlatHeaders): { media: number; fields: Uint8Array } {
    const media = mediaOf(type);
    const lines = media === undefined ? ['Content-Type', type as string, ...headers] : headers;
    return { media: media ?? 0, fields: lines.length === 0 ? EMPTY : Buffer.from(`${lines.join('\n')}\n`, 'latin1') };
  }

  /** Where the next answer begins. */
  #end(): number {
    return CONTROL.words * Uint32Array.BYTES_PER_ELEMENT + (this.#words[CONTROL.answers] as number);
  }

  #finish(at: number): void {
    const size = Uint32Array.BYTES_PER_ELEMENT;
    this.#words[CONTROL.answers] = Math.ceil(at / size) * size - CONTROL.words * size;
    // The end of a crossing takes the answers with it.
    if (this.#words[CONTROL.crossing] === 0 && !this.#isFlushQueued) {
      this.#isFlushQueued = true;
      queueMicrotask(this.#flushLater);
    }
  }

  readonly #flushLater = (): void => {
    this.#isFlushQueued = false;
    this.flush();
  };

  /** The size of what was written, with LATIN1 where it is that. */
  #writeText(text: string, at: number): number {
    const bytes = this.#bytes;
    if (text.length > LOOP_MAX) return WIDE.test(text) ? bytes.utf8Write(text, at) : bytes.latin1Write(text, at) + LATIN1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return bytes.utf8Write(text, at);
      bytes[at + i] = unit;
    }
    return text.length;
  }

  #writeBytes(body: Uint8Array, size: number, at: number): number {
    // Bytes that were taken away are none, and cannot be copied.
    if (size > 0) this.#bytes.set(body, at);
    return size;
  }
}
