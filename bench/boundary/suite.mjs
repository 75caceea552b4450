/** Every call of the facade, at every size, against the fastest plain-JS way to the same result. */
import { jsonCases } from './json.mjs';
import { matcherCases } from './matcher.mjs';
import { msgpackCases } from './msgpack.mjs';
import { searcherCases } from './searcher.mjs';
import { textCases } from './text.mjs';

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'fastest',
  cases: (lanewise) => [
    ...matcherCases(lanewise),
    ...searcherCases(lanewise),
    ...textCases(lanewise),
    ...jsonCases(lanewise),
    ...msgpackCases(lanewise),
  ],
};
