/** `npm run bench -- <suite>`: see README.md. */
import { describe, headline, loadFacade } from './harness/environment.mjs';
import { readOptions, UsageError } from './harness/options.mjs';
import { runUnderBun, runUnderNode } from './harness/other-runtime.mjs';
import { writeRecords } from './harness/records.mjs';

/** @param {import('./harness/options.mjs').Options['suite']} suite @returns {Promise<import('./harness/suite.mjs').Runner>} */
async function runnerOf(suite) {
  if (suite === 'gateway') return (await import('./gateway/suite.mjs')).runGateway;
  if (suite === 'serialization') return (await import('./serialization/suite.mjs')).runSerialization;
  if (suite === 'boundary') return (await import('./boundary/report.mjs')).reportBoundary;
  return (await import('./harness/report-each.mjs')).reportEach;
}

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main(args) {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stdout.write(options);
    return 0;
  }
  if (options.node !== undefined) return runUnderNode(options.node, [import.meta.filename, ...withoutNode(args)]);
  if (options.bun) return runUnderBun([import.meta.filename, ...args.filter((arg) => arg !== '--bun')]);
  if (options.suite.endsWith('-rust')) {
    const { measurements, environment } = await (await import('./harness/rust.mjs')).reportRust(options);
    writeRecords(options.json, measurements, environment);
    return 0;
  }
  const facade = await loadFacade(options.dist);
  const environment = describe(facade.runtime());
  process.stdout.write(`${options.suite}${options.quick ? ', quick' : ''} · ${headline(environment)}\n\n`);
  const run = await runnerOf(options.suite);
  writeRecords(options.json, await run(options, facade), environment);
  return 0;
}

/** @param {string[]} args */
function withoutNode(args) {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='));
  return args.toSpliced(at, args[at] === '--node' ? 2 : 1);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof UsageError ? error.message : error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
}
