import { checkInput } from '../bytes.ts';
import type { Extension } from '../extension.ts';
import { type MsgpackOptions, resolveOptions } from '../options.ts';
import { Memory, Reader } from './reader.ts';
import { fail, type Settings } from './scalars.ts';
import { canGenerate } from './shapes.ts';

/** Readers that a Decoder keeps for later calls. More are at work at once only when an extension decodes within an extension. */
const IDLE_MAX = 2;

/**
 * Reads MessagePack into JavaScript values, to the plain specification.
 *
 * It remembers the shapes of the maps that it meets, the names in them, and no values. The state of a call lives in a reader of its own, so a
 * Decoder may be used again at any time, by an extension that it calls too. Input is read in order, and the first thing that cannot
 * be is the error. No depth of nesting overflows the stack.
 */
export class Decoder {
  readonly #settings: Settings;
  readonly #memory: Memory;
  readonly #idle: Reader[] = [];

  /** @throws A TypeError for a value that an option does not have. */
  constructor(options?: MsgpackOptions);
  constructor(options?: MsgpackOptions, generates = canGenerate) {
    const resolved = resolveOptions(options);
    const extensions = new Map<number, Extension>();
    for (const extension of resolved.extensions) {
      if (!extensions.has(extension.type)) extensions.set(extension.type, extension);
    }
    this.#settings = { options: resolved, extensions };
    this.#memory = new Memory(generates && canGenerate);
  }

  /**
   * Reads the one value that `input` holds.
   *
   * O(input.length) time and memory, whatever its lengths claim. Nothing of the result aliases `input`. Of duplicate keys the last counts.
   * Where the stack ends within a call, it starts again with a reader that needs none, so an extension may be asked twice then.
   *
   * @throws {LanewiseError} LW_MSGPACK_END, with the length of the input, when it ends early; LW_MSGPACK_RESERVED at a byte 0xc1;
   * LW_MSGPACK_TRAILING at the first byte after the value; LW_MSGPACK_TIMESTAMP, LW_MSGPACK_KEY and LW_DEPTH at the header of what
   * is wrong; LW_UTF8 at the first byte of the bad sequence; LW_SIZE at the header of what no string, object or array here can hold;
   * LW_SHARED_INPUT. What an extension throws passes through. A TypeError when `input` is no Uint8Array.
   */
  decode(input: Uint8Array): unknown {
    checkInput(input);
    const reader = this.#open(input);
    try {
      const value = reader.read(0);
      if (reader.pos !== input.length) fail('LW_MSGPACK_TRAILING', reader.pos, input);
      return value;
    } finally {
      this.#close(reader);
    }
  }

  /**
   * Reads values that follow one another, each when it is asked for. `input` must stay as it is until the last.
   *
   * @throws {LanewiseError} As `decode` does, but nothing is trailing; offsets count from the start of `input`.
   */
  decodeMulti(input: Uint8Array): Generator<unknown> {
    checkInput(input);
    return this.#readAll(input);
  }

  *#readAll(input: Uint8Array): Generator<unknown> {
    const reader = this.#open(input);
    try {
      for (let pos = 0; pos < input.length; pos = reader.pos) yield reader.read(pos);
    } finally {
      this.#close(reader);
    }
  }

  #open(input: Uint8Array): Reader {
    const reader = this.#idle.pop() ?? new Reader(this.#settings, this.#memory);
    reader.open(input);
    return reader;
  }

  #close(reader: Reader): void {
    reader.close();
    if (this.#idle.length < IDLE_MAX) this.#idle.push(reader);
  }
}
