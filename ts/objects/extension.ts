import { LanewiseError } from '../error.ts';
import { brand } from './brand.ts';
import { isUint8Array } from './built-in.ts';

/** The extension type of a timestamp, the one that the specification defines. */
export const TIMESTAMP_TYPE = -1;

/** How values of a class of the user's become an extension type of his, and come back. */
export interface Extension<T = unknown> {
  /** From -128 to 127, but not -1, which is the timestamp. */
  type: number;
  /** Whether `encode` takes this value. Never asked about what MessagePack has by nature: null, booleans, numbers and strings. */
  match(value: unknown): boolean;
  /** The payload. It may call `encode` of the same Encoder. */
  encode(value: T): Uint8Array;
  /** The value of a payload, which is a copy of its own. It may call `decode` of the same Decoder. */
  decode(bytes: Uint8Array): T;
}

/** What an extension that nobody claims decodes to. It encodes back to what it came from. */
export class ExtensionValue {
  /** From -128 to 127. */
  readonly type: number;
  /** The payload, as it was given. */
  readonly data: Uint8Array;

  /**
   * @param type An integer from -128 to 127.
   * @param data The payload; it is kept, not copied.
   * @throws {LanewiseError} LW_MSGPACK_TYPE when there is no such type. A TypeError for arguments of a wrong type.
   */
  constructor(type: number, data: Uint8Array) {
    if (typeof type !== 'number') throw new TypeError('the type of an extension must be a number');
    if (!isUint8Array(data)) throw new TypeError('the data of an extension must be a Uint8Array');
    if (!isExtensionType(type)) throw new LanewiseError('LW_MSGPACK_TYPE', -1, undefined, `there is no extension type ${type}`);
    this.type = type;
    this.data = data;
  }
}

brand(ExtensionValue, 'lanewise.ExtensionValue');

/** Whether `type` fits the signed byte of an extension header. */
export function isExtensionType(type: number): boolean {
  return Number.isInteger(type) && type >= -128 && type <= 127;
}
