#!/usr/bin/env node
import { Argument, Command, type CommanderError, InvalidArgumentError, Option } from 'commander';
import { ITERATIONS } from '../gateway/types.ts';
import { VERSION } from '../version.ts';
import { explain, report, TROUBLE } from './failure.ts';
import { nameOf } from './files.ts';
import { endWithReader } from './output.ts';

/*
 * The `lanewise` command. What a command needs is imported when it runs: `--help` and `--version` work where no backend does.
 */

const EXIT_CODES = `
Exit codes:
  0  done; match: a line matched; json get: there is a value
  1  invalid input; match: no line matched; json get: no value; gateway: it cannot listen
  2  wrong usage, or a file that cannot be read`;

const MATCH_JSON = `
With --json, of each line that is selected, offsets in bytes:
  {"file":"a.txt","line":7,"offset":120,"text":"the line","matches":[{"pattern":0,"start":4,"end":8}]}
"offset" is that of the line in the file, "start" and "end" count from the start of the line, "pattern" counts the patterns as they were given.
A line that is not UTF-8 has "base64" in place of "text". With -l {"file"}, with -c {"file","count"}, of a binary file {"file","binary":true}.`;

const FILE = new Argument('[file]', "'-' is standard input").default('-', 'standard input');

const program = new Command('lanewise')
  .description('Search text, and read, write and convert JSON and MessagePack.')
  .version(VERSION, '-V, --version')
  .addHelpText('after', EXIT_CODES)
  .showHelpAfterError("(try '--help')")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'lanewise: ')) })
  .exitOverride(endWithUsage);

program
  .command('gateway')
  .description('run the echo gateway until SIGINT or SIGTERM; a second signal ends it at once')
  .addOption(new Option('--iteration <name>', 'which way of serving (default: the newest)').choices(ITERATIONS))
  .option('--port <number>', '0 takes a free one (default: 8080)', parsePort)
  .option('--host <name>', 'name or address to listen on (default: 127.0.0.1)')
  .option(
    '--config <file>',
    'routes and limits: .json, or a module with a default export (default: lanewise.config.* of this folder, if there is one)',
  )
  .option('--no-config', 'no config file, whatever this folder has')
  .option('--threads <number>', 'threads for sockets, from v0.4 on (default: 1)', parseThreads)
  .option('--js-workers <number>', 'threads of JavaScript, from v0.4 on (default: 1)', parseThreads)
  .addOption(new Option('--io <name>', 'how the kernel is asked, from v0.4 on (default: auto)').choices(['auto', 'epoll', 'uring']))
  .addOption(new Option('--log [format]', 'print a line for each request (default: none)').choices(['json', 'pretty']).preset('json'))
  .option('--print-config', 'print the config with all that it leaves open, as JSON, and end')
  .action((options) => run(async () => (await import('./gateway.ts')).gateway(options)));

const json = program.command('json').description('work on a JSON text');
json
  .command('validate')
  .description('check it; prints nothing')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./json.ts')).validate(file), file));
json
  .command('minify')
  .description('print it without white space')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./json.ts')).minify(file), file));
json
  .command('get')
  .description('print the value at a JSON Pointer (RFC 6901)')
  .argument('<pointer>', "'' is the whole, '/users/0/name' a value in it")
  .addArgument(FILE)
  .option('-r, --raw', 'print a string without its quotes and escapes')
  .action((pointer, file, options) => run(async () => (await import('./json.ts')).get(pointer, file, options), file));

const msgpack = program.command('msgpack').description('convert between JSON and MessagePack');
msgpack
  .command('from-json')
  .description('JSON in, MessagePack out')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./msgpack.ts')).fromJson(file), file));
msgpack
  .command('to-json')
  .description('MessagePack in, JSON out')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./msgpack.ts')).toJson(file), file));
msgpack
  .command('from-ndjson')
  .description('a JSON text a line in, MessagePack values one behind the other out; of any size')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./msgpack.ts')).fromNdjson(file), file));
msgpack
  .command('to-ndjson')
  .description('MessagePack values one behind the other in, a JSON text a line out; of any size')
  .addArgument(FILE)
  .action((file) => run(async () => (await import('./msgpack.ts')).toNdjson(file), file));

program
  .command('match')
  .description('print the lines in which a pattern occurs; patterns are literal, in directories all files are searched')
  .argument('[files...]', "files and directories; '-' is standard input, as is no file")
  .helpOption('--help', 'print this help')
  .option('-e, --pattern <text>', 'what to look for; may be given again', collect)
  .option('-f, --pattern-file <file>', 'look for each line of a file; may be given again', collect)
  .option('-i, --ignore-case', 'fold case as Unicode has it')
  .option('-w, --word', 'only where no letter, digit or underscore stands before or behind')
  .option('-v, --invert-match', 'print the lines without a match')
  .option('-c, --count', 'print how many lines match')
  .option('-l, --files-with-matches', 'print the names of the files with a match')
  .option('-o, --only-matching', 'print the matches alone, each on a line')
  .option('-n, --line-number', 'print the number of each line')
  .option('-H, --filename', 'print the name of the file (default: when there may be several)')
  .option('-h, --no-filename', 'print no name')
  .option('--json', 'print a JSON object a line')
  .option('-a, --text', 'search binary files as text')
  .option('--hidden', 'in directories, search files and directories whose name starts with a dot')
  .option('--no-ignore', 'in directories, search what .gitignore leaves out')
  .addOption(new Option('--color <when>', 'mark what was found').choices(['auto', 'always', 'never']).default('auto'))
  .option('--threads <number>', 'how many search (default: as many as there are cores, up to 8, once a search takes long)', parseThreads)
  .addHelpText('after', MATCH_JSON)
  .action((files: string[], options, command: Command) => {
    if (options.pattern === undefined && options.patternFile === undefined) command.error("lanewise: say what to look for: '-e' or '-f'");
    return run(async () => (await import('./match.ts')).match(files.length === 0 ? ['-'] : files, options));
  });

program
  .command('info')
  .description('print the backend, the instruction set and the version, as JSON')
  .action(() => run(async () => (await import('./info.ts')).info()));

endWithReader();
await program.parseAsync();

/** Runs a command on `file`, and reports how it failed. */
async function run(command: () => Promise<void>, file?: string): Promise<void> {
  try {
    await import('../entry/node/install.ts');
    await command();
  } catch (error) {
    report(explain(error, file === undefined ? undefined : nameOf(file)));
  }
}

/** Commander has written what there is to say; what it calls 1 is a fault of usage. */
function endWithUsage({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : TROUBLE);
}

function collect(text: string, others: string[] = []): string[] {
  return [...others, text];
}

function parseThreads(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It is 1 to 999.');
  return Number(text);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return port;
}
