import { runtime } from '../runtime.ts';
import { printLine } from './output.ts';

export async function info(): Promise<void> {
  await printLine(JSON.stringify(runtime(), null, 2));
}
