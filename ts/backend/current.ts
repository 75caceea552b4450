import type { Runtime } from '../runtime.ts';
import type { Backend } from './backend.ts';

/** The backend of this bundle: set once by the entry, before any call. */
export let backend: Backend;
/** What `runtime()` reports. */
export let current: Runtime;

/** Makes `chosen` the backend. Called once by each entry. */
export function install(chosen: Backend, runtime: Runtime): void {
  backend = chosen;
  current = runtime;
}
