import type { Joint } from './joint.ts';

/*
 * What a turn has for JavaScript, as `crates/lanewise-node/src/gateway/record.rs` writes it: records, one behind the other, in words. A record
 * begins with its size in words, its kind with flags, and the id of its request; offsets in it count bytes from its start.
 */

export const KIND = { request: 0, piece: 1, gone: 2, writable: 3, ended: 4, drained: 5, reloaded: 6, logged: 7 } as const;
export const KIND_MASK = 0xff;
/** The bytes do not lie in the record, they are taken by their number. */
export const LOOSE = 1 << 16;
/** The body of the request follows in pieces. */
export const STREAMED = 1 << 17;
/** The piece is the last one. */
export const LAST = 1 << 18;

/** Which word of a record says what. */
export const WORD = {
  size: 0,
  kind: 1,
  id: 2,
  route: 3,
  detail: 3,
  target: 4,
  targetSize: 5,
  body: 6,
  bodySize: 7,
  fieldCount: 8,
  generation: 9,
} as const;
/** Of a piece. */
export const PIECE = { bytes: 4, size: 5 } as const;

/** Routes that are kept for requests that were under way when others were set: GENERATIONS in `service.rs`. */
export const GENERATIONS = 16;

/** Words before the fields of a request, words of a field, and which of them says what. */
export const FIELDS_AT = 10;
export const FIELD = { code: 0, name: 1, value: 2, valueSize: 3, words: 4 } as const;

/** By the number that stands in a record, above its kind; a method that is none of these is read from the head. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'] as const;

/** A Buffer with what Node's types leave out: the calls that `toString` and `write` end in. */
export interface HostBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  /** The number of bytes written. */
  latin1Write(text: string, offset: number): number;
  utf8Write(text: string, offset: number): number;
}

/** Memory that records of a gateway lie in. */
export class Arena {
  readonly joint: Joint;
  readonly words: Uint32Array;
  readonly bytes: HostBuffer;

  constructor(joint: Joint, buffer: ArrayBuffer) {
    this.joint = joint;
    this.words = new Uint32Array(buffer);
    this.bytes = Buffer.from(buffer) as unknown as HostBuffer;
  }
}
