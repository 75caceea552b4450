import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Gateway } from 'lanewise/gateway';
import { ITERATIONS, start } from './helpers.ts';
import { type Case, LIMITS, MODES, ROUTES, type Section } from './rfc/case.ts';
import { CONNECTION } from './rfc/connection.ts';
import { MESSAGE_BODY } from './rfc/message-body.ts';
import { MESSAGE_SYNTAX } from './rfc/message-syntax.ts';
import { inBatches, runCase } from './rfc/run.ts';

/** The table: what RFC 9110 and RFC 9112 demand, and what the design decides where they leave it open. */
const SECTIONS: Section = { ...MESSAGE_SYNTAX, ...MESSAGE_BODY, ...CONNECTION };
const CASES_MIN = 150;

describe('the table', () => {
  it(`has ${CASES_MIN} cases or more, each title once in its section`, () => {
    const sections = Object.entries(SECTIONS);
    assert.ok(sections.flatMap(([, cases]) => cases).length >= CASES_MIN);
    for (const [name, cases] of sections) {
      assert.match(name, /^91(10|12) \d/);
      assert.equal(new Set(cases.map(({ title }) => title)).size, cases.length, name);
    }
  });
});

for (const iteration of ITERATIONS) {
  describe(`RFC 9110 and 9112 in ${iteration}`, () => {
    let gateway: Gateway;
    before(async () => {
      gateway = await start(iteration, { routes: ROUTES, limits: LIMITS });
    });
    after(() => gateway.close({ graceMs: 100 }));

    for (const [section, cases] of Object.entries(SECTIONS)) {
      for (const mode of MODES) {
        it(`${section}, ${mode}`, async () => {
          const faults: string[] = [];
          const run = (subject: Case) =>
            runCase(gateway.url, iteration, subject, mode).catch((error: Error) => void faults.push(`${subject.title}: ${error.message}`));
          await inBatches(cases, run);
          assert.equal(faults.length, 0, faults.join('\n'));
        });
      }
    }
  });
}
