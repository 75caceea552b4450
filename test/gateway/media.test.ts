import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bodyType, isIdentity, negotiate, type Representation } from '../../ts/gateway/media.ts';

/** The table that the plans in Rust are held to (`crates/lanewise-plans/tests/media`): both answer alike. */
const CASES = readFileSync('crates/lanewise-plans/tests/media/cases.tsv', 'latin1').trimEnd().split('\n');

describe('media types', () => {
  it('answers every case of the table', () => {
    for (const line of CASES) {
      const columns = line.split('\t') as [string, string, string, string];
      const field = unescaped(columns[1]);
      if (columns[0] === 'accept') assert.equal(shown(negotiate(field, representation(columns[2]))), columns[3], line);
      else if (columns[0] === 'type') assert.equal(shown(bodyType(field)), columns[2], line);
      else assert.equal(String(isIdentity(field)), columns[2], line);
    }
    assert.ok(CASES.length > 700);
  });
});

/** A column: '-' for nothing, and characters that cannot stand in a table as '\x09'. */
function unescaped(column: string): string | undefined {
  if (column === '-') return undefined;
  return column.replace(/\\x(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function shown(representation: Representation | undefined): string {
  return representation === undefined ? '-' : `${representation.format} ${representation.type}`;
}

function representation(column: string): Representation {
  const [format, type] = column.split(' ') as [Representation['format'], string];
  return { format, type };
}
