/**
 * Prints the table of media.test.ts, with the answers of ts/gateway/media.ts; the same table each time.
 *
 * `npx esbuild --bundle --platform=node --format=esm test/gateway/media-cases.ts | node --input-type=module > crates/lanewise-plans/tests/media/cases.tsv`
 *
 * A line is what is asked, the field, for Accept how the body came, and the answer.
 */
import { bodyType, isIdentity, negotiate, type Representation } from '../../ts/gateway/media.ts';

const TYPES = [
  ...[
    'application/json',
    'application/msgpack',
    'application/x-msgpack',
    'application/vnd.msgpack',
    'application/problem+json',
    'image/svg+json',
  ],
  ...[
    'Application/JSON',
    'APPLICATION/X-MSGPACK',
    'text/html',
    '*/*',
    'application/*',
    'image/*',
    'text/*',
    'Application/*',
    '+json',
    '/+json',
  ],
  ...[
    'a/+json',
    'a/b/c+json',
    'a b/c+json',
    '\xe4/x+json',
    'application/json+',
    'x/y+JSON',
    '',
    ' ',
    'application',
    '/*',
    '*',
    '"application/json"',
  ],
  ...['application/json""', 'a/_$!#&^.-+json', 'application/json\xa0', '\x0bapplication/msgpack'],
];
const WEIGHTS = [
  ...[
    '',
    '',
    '',
    ';q=0',
    ';q=1',
    ';q=0.5',
    ';q=0.123',
    ';q=0.1234',
    ';q=1.',
    ';q=0.',
    ';q=1.001',
    ';q=2',
    ';q=00',
    ';Q=.5',
    '; q = 0.8',
    ';\tq\t=\t0.4\t',
  ],
  ...['; q=0.9 ;', ';q=0.50;level=1', ';x=1', ';qq=0.1', ';q="0.1"', ';q=x;q=0.7', ';q=0.1;q=0.9', ';q=0.5x', ';q=0.4 x', '"', ';"'],
  ...[';a="x;q=0.1"', ';a="x,application/json";q=0.3', ';a="\\";q=0.2,";q=0.9', ';a="\\'],
];
const SPACES = ['', ' ', '  ', '\t', '\xa0'];
const WHOLE = [
  ...['', '*/*', ',', ' */*', '*/*;q=0', 'application/json;q=0, */*;q=0.1', 'a/b+json;q=0.1, a/b+json'],
  'A/B+json, a/b+JSON;q=0.2, */*;q=0.5',
];
const CAME: Representation[] = [
  { format: 'json', type: 'application/json' },
  { format: 'msgpack', type: 'application/msgpack' },
  { format: 'msgpack', type: 'application/x-msgpack' },
  { format: 'json', type: 'application/problem+json' },
  { format: 'json', type: 'image/svg+json' },
];
const CHARSETS = [
  ...[
    '',
    ';charset=utf-8',
    '; charset="UTF8"',
    ';charset=utf-16',
    ';charset=',
    '; charset = utf-8 ; x',
    ';charset="utf-8',
    ';CHARSET=Utf-8',
  ],
  ...[';charset="utf-8"x', ';charset=utf-8x', ';xcharset=latin1', ';a="; charset=latin1"', ';charset;charset=utf-8', ';', ';;'],
  ...[';charset=utf-8;charset=latin1', ';charset\t=\tutf8', ';charset=utf-8\xa0', ';charset=utf--8', ';charset ="utf8" ;q'],
];
const CODINGS = ['', 'identity', 'Identity', 'gzip', ' identity', 'identity, identity'];
/** Lists of random ranges, each for one random `came`. */
const LISTS = 660;

/** The generator of numbers of Park and Miller, "Random number generators: good ones are hard to find" (1988). */
let state = 7;
function pick<T>(items: readonly T[]): T {
  state = (state * 48_271) % 0x7fffffff;
  return items[state % items.length] as T;
}

function list(): string {
  const parts = Array.from({ length: pick([1, 1, 2, 3, 4, 5]) }, () => pick(SPACES) + pick(TYPES) + pick(SPACES) + pick(WEIGHTS));
  return parts.join(',');
}

/** '-' for nothing, and what cannot stand in a table as '\x09'. */
function escaped(field: string | undefined): string {
  if (field === undefined) return '-';
  return field.replace(/[^ -~]|\\|^-$/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function shown(representation: Representation | undefined): string {
  return representation === undefined ? '-' : `${representation.format} ${representation.type}`;
}

function accept(field: string | undefined, came: Representation): string[] {
  return ['accept', escaped(field), shown(came), shown(negotiate(field, came))];
}

const contentTypes = ['application/json', 'a/b+JSON', ' application/msgpack '].flatMap((type) => CHARSETS.map((charset) => type + charset));
const lines = [
  ...[undefined, ...WHOLE].flatMap((field) => CAME.map((came) => accept(field, came))),
  ...Array.from({ length: LISTS }, () => accept(list(), pick(CAME))),
  ...[undefined, ...TYPES, ...contentTypes].map((field) => ['type', escaped(field), shown(bodyType(field))]),
  ...CODINGS.map((field) => ['encoding', escaped(field), String(isIdentity(field))]),
];
process.stdout.write(lines.map((line) => `${line.join('\t')}\n`).join(''));
