import { type Extension, isExtensionType, TIMESTAMP_TYPE } from './extension.ts';

/** How MessagePack is read and written. */
export interface MsgpackOptions {
  /**
   * What an integer of the formats uint64 and int64 becomes. 'auto': a number in the safe range, else a BigInt; 'bigint': always a BigInt;
   * 'number': always a number, the nearest one. @default 'auto'
   */
  int64?: 'auto' | 'bigint' | 'number';
  /** 'exact': a number that is no integer takes float32 when that keeps its value, else float64; 'never': always float64. @default 'exact' */
  float32?: 'exact' | 'never';
  /** Extension types of the user's; the first that matches a value writes it, the first of a type reads it. @default none */
  extensions?: readonly Extension[];
  /** How many arrays and maps may be open at once. @default 1024 */
  depthMax?: number;
  /** What a string that is not UTF-8 becomes: an error, a Uint8Array, or a string with U+FFFD as WHATWG puts it. @default 'error' */
  invalidUtf8?: 'error' | 'bytes' | 'lossy';
  /**
   * What a key that is not a string makes of a map. 'map': a Map; 'error': LW_MSGPACK_KEY; 'stringify': the key becomes text (binary is
   * base64, a timestamp RFC 3339), except that an array or a map as a key is LW_MSGPACK_KEY. @default 'map'
   */
  nonStringKeys?: 'map' | 'error' | 'stringify';
}

/** Options with every default filled in. */
export type ResolvedOptions = Readonly<Required<MsgpackOptions>>;

/** How deep arrays and maps may nest where no limit is given. */
export const DEPTH_MAX = 1024;
/** Backends take the limit as a word of 32 bits; no input nests deeper. */
const DEPTH_LIMIT = 2 ** 32 - 1;

/**
 * Fills in the defaults, and copies what was given, so that a later change to it has no effect.
 *
 * @throws A TypeError for a value that an option does not have.
 */
export function resolveOptions(options: MsgpackOptions = {}): ResolvedOptions {
  const { depthMax = DEPTH_MAX, extensions = [] } = options;
  if (typeof depthMax !== 'number' || !(depthMax >= 0)) throw new TypeError('depthMax must be a number of 0 or more');
  return {
    depthMax: Math.min(Math.floor(depthMax), DEPTH_LIMIT),
    extensions: checkExtensions(extensions),
    int64: choose('int64', options.int64, ['auto', 'bigint', 'number']),
    float32: choose('float32', options.float32, ['exact', 'never']),
    invalidUtf8: choose('invalidUtf8', options.invalidUtf8, ['error', 'bytes', 'lossy']),
    nonStringKeys: choose('nonStringKeys', options.nonStringKeys, ['map', 'error', 'stringify']),
  };
}

/** The given choice; the first when there is none. */
function choose<T extends string>(name: string, given: T | undefined, choices: readonly [T, ...T[]]): T {
  if (given === undefined) return choices[0];
  if (!choices.includes(given)) throw new TypeError(`${name} must be one of '${choices.join("', '")}'`);
  return given;
}

function checkExtensions(extensions: readonly Extension[]): readonly Extension[] {
  const list = [...extensions];
  for (const { type, match, encode, decode } of list) {
    if (!isExtensionType(type) || type === TIMESTAMP_TYPE) {
      throw new TypeError('the type of an extension must be an integer from -128 to 127, and not -1');
    }
    if (typeof match !== 'function' || typeof encode !== 'function' || typeof decode !== 'function') {
      throw new TypeError('an extension must have match, encode and decode');
    }
  }
  return list;
}
