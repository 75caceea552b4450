import { backend } from './current.ts';
import { HEAD, head, openFrame } from './frame.ts';

/** The calls that give the memory of what a handle names back. */
type Free = 'matcherFree' | 'scannerFree' | 'prefixesFree' | 'queryFree';

/** Gives what the backend holds for an object back when the object is gone: what is registered beside it is its handle. */
export function freedWith(free: Free): FinalizationRegistry<number> {
  return new FinalizationRegistry((handle) => freeHandle(free, handle));
}

/** Gives it back at once. */
export function freeHandle(free: Free, handle: number): void {
  openFrame();
  head[HEAD.handle] = handle;
  backend[free]();
}
