import { LanewiseError } from '../error.ts';
import type { Isa, Runtime } from '../runtime.ts';
import { VERSION } from '../version.ts';
import type { Backend } from './backend.ts';
import { install } from './current.ts';

/**
 * Chooses the instruction set and makes `backend` the one of this bundle.
 *
 * @param isa the forced name, '' for the best
 * @param available what can be forced here, where it is more than `backend` has
 * @throws {LanewiseError} LW_ISA when the forced name is unknown or cannot run here, with the names that can
 */
export function start(
  backend: Backend,
  name: Runtime['backend'],
  isa: string,
  available: readonly string[] = backend.availableIsas().split(' '),
): void {
  const chosen = backend.chooseIsa(isa);
  if (chosen === '') throw refused(isa, name, available, backend.knownIsas().split(' '));
  install(
    backend,
    Object.freeze({ version: VERSION, backend: name, isa: chosen as Isa, available: Object.freeze([...available]) as Isa[] }),
  );
}

function refused(isa: string, name: string, available: readonly string[], known: string[]): LanewiseError {
  const why = known.includes(isa) ? `cannot run on this machine with the ${name} backend` : 'is no known name';
  const detail = `LANEWISE_ISA=${isa} ${why}; available here: ${available.join(', ')}; known: ${known.join(', ')}`;
  return new LanewiseError('LW_ISA', -1, undefined, detail);
}
