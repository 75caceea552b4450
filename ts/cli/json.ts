import * as json from '../json.ts';
import { decodeUtf8 } from '../text.ts';
import { CommandFailure, INVALID } from './failure.ts';
import { nameOf, readInput } from './files.ts';
import { printLine } from './output.ts';

export async function validate(file: string): Promise<void> {
  json.validate(await readInput(file));
}

export async function minify(file: string): Promise<void> {
  await printLine(json.minify(await readInput(file)));
}

/** The value as JSON text, as it is spelled in the input; with `raw` a string as its characters. */
export async function get(pointer: string, file: string, { raw }: { raw?: boolean }): Promise<void> {
  const input = await readInput(file);
  const value = json.getRaw(input, pointer);
  if (value === undefined) throw new CommandFailure(`${nameOf(file)}: there is no value at '${pointer}'`, INVALID);
  const text = raw === true ? (JSON.parse(decodeUtf8(value)) as unknown) : undefined;
  await printLine(typeof text === 'string' ? Buffer.from(text) : value);
}
