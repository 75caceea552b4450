/** Imported first by every command: says so when this Node is too old for what the other modules use. */
import { readFileSync } from 'node:fs';

const wanted = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).engines.node.replace('>=', '');
const [major = 0, minor = 0] = wanted.split('.').map(Number);
const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
if (ourMajor < major || (ourMajor === major && ourMinor < minor)) {
  console.error(
    `lanewise: Node ${wanted} or newer is needed, this is ${process.versions.node}: install a current one (https://nodejs.org)`,
  );
  process.exit(1);
}
