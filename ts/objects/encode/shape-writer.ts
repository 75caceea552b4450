/*
 * Functions that write the objects of one shape: the bytes of the keys are numbers in their code, and each member is read where it stands
 * in the objects of that shape, which the engine learns for every line of the code by itself. A host whose policy forbids code from
 * strings gets none; the Encoder then reads the members by name.
 */
import type { Key } from './shapes.ts';
import type { Writer } from './writer.ts';

/** Writes a member that is neither string nor number. */
export type MemberWriter = (value: unknown, pos: number, depth: number, name: string) => number;
/** Writes an object that has just the keys of the shape. */
export type ShapeWriter = (object: object, pos: number, depth: number, writer: Writer, member: MemberWriter) => number;

const canGenerate = findWhetherItCan();

function findWhetherItCan(): boolean {
  try {
    return new Function('return 1')() === 1;
  } catch {
    return false;
  }
}

/** undefined where the host forbids it. */
export function generateWriter(keys: readonly Key[]): ShapeWriter | undefined {
  if (!canGenerate) return undefined;
  const lines = keys.map((key, i) => {
    const name = JSON.stringify(key.name);
    const bytes = i === 0 ? [...mapHeader(keys.length), ...bytesOf(key)] : bytesOf(key);
    return `${storesOf(bytes)}
      value = object[${name}];
      pos = typeof value === 'string' ? writer.string(value, pos) : typeof value === 'number' ? writer.number(value, pos) : member(value, pos, depth, ${name});
      if (pos > writer.limit) pos = writer.room(pos, 0);`;
  });
  const body = keys.length === 0 ? 'writer.bytes[pos++] = 0x80;' : lines.join('\n');
  return new Function(
    'object',
    'pos',
    'depth',
    'writer',
    'member',
    `"use strict"; let value; let view; ${body} return pos;`,
  ) as ShapeWriter;
}

/** Code that writes the bytes at `pos`, four at a time, and moves `pos` behind them. */
function storesOf(bytes: readonly number[]): string {
  const view = new DataView(new ArrayBuffer((bytes.length + 3) & ~3));
  for (const [i, byte] of bytes.entries()) view.setUint8(i, byte);
  const words = Array.from(
    { length: view.byteLength / 4 },
    (_, i) => `view.setInt32(pos + ${i * 4}, ${view.getInt32(i * 4, true)}, true);`,
  );
  return `view = writer.view; ${words.join(' ')} pos += ${bytes.length};`;
}

/** Of a map with fewer than 65,536 members. */
function mapHeader(count: number): number[] {
  return count < 16 ? [0x80 | count] : [0xde, count >> 8, count & 0xff];
}

function bytesOf({ words, size }: Key): number[] {
  return Array.from({ length: size }, (_, i) => ((words[i >> 2] as number) >> (8 * (i & 3))) & 0xff);
}
