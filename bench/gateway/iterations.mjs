/** The servers that are ours: every iteration that the build has, and variants of the newest. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Unmeasured } from './server.mjs';

const PROBE = new URL('./gc-probe.mjs', import.meta.url).href;
const CONFIG = fileURLToPath(new URL('./handlers.config.mjs', import.meta.url));
/** @type {readonly import('./items.mjs').Work[]} */
const ALL = ['get', 'sync', 'async', 'post', 'convert'];

/** @param {string} dist */
export function hasGateway(dist) {
  return existsSync(join(dist, 'cli.js'));
}

/** The gateway's own list, oldest first; it names them when it is given none of them. @param {string} dist @returns {string[]} */
export function iterationNames(dist) {
  const { stderr } = spawnSync(process.execPath, [join(dist, 'cli.js'), 'gateway', '--iteration', '?'], { encoding: 'utf8' });
  const names = [...new Set(stderr.match(/v\d+\.\d+/g))];
  if (names.length === 0) throw new Error(`the gateway names no iterations:\n${stderr}`);
  return names;
}

/** @param {string} dist @param {string} name @returns {import('./server.mjs').Definition} */
export function iteration(dist, name) {
  return { name, works: ALL, command: () => command(dist, name, []) };
}

/**
 * An iteration with a flag that not every build knows.
 *
 * @param {string} dist @param {string} name @param {string} flag @param {string} value
 * @returns {import('./server.mjs').Definition}
 */
export function variant(dist, name, flag, value) {
  const make = () => {
    const { stdout } = spawnSync(process.execPath, [join(dist, 'cli.js'), 'gateway', '--help'], { encoding: 'utf8' });
    if (!stdout.includes(flag)) throw new Unmeasured(`this build has no ${flag}`);
    return command(dist, name, [flag, value]);
  };
  return { name: `${name} ${flag} ${value}`, works: ALL, command: make, mayFail: true };
}

/** @param {string} dist @param {string} name @param {string[]} flags @returns {import('./server.mjs').Command} */
function command(dist, name, flags) {
  const gateway = ['gateway', '--iteration', name, '--port', '0', '--config', CONFIG, ...flags];
  return { run: [process.execPath, '--import', PROBE, join(dist, 'cli.js'), ...gateway], probed: true };
}
