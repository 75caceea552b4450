import * as msgpack from '../msgpack.ts';
import { readInput } from './files.ts';
import { print, printLine } from './output.ts';

export async function fromJson(file: string): Promise<void> {
  await print(msgpack.fromJson(await readInput(file)));
}

export async function toJson(file: string): Promise<void> {
  await printLine(msgpack.toJson(await readInput(file)));
}
