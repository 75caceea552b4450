import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Binding from '../generated/native/index.d.ts';
import type { Backend } from './backend.ts';

/** Loads the Node-API addon: the one built beside this bundle, else the package for this platform. Throws when there is none. */
export function loadNative(): Backend {
  const require = createRequire(import.meta.url);
  const triple = platformTriple();
  const local = fileURLToPath(new URL(`../lanewise.${triple}.node`, import.meta.url));
  const binding: typeof Binding = require(existsSync(local) ? local : `lanewise-${triple}`);
  const native: Backend = binding;
  return native;
}

/** As @napi-rs/cli names its files: platform, architecture and, where there are several, the ABI. */
function platformTriple(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${usesMusl() ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

function usesMusl(): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime === undefined;
}
