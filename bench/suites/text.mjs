/** Searching, lines and UTF-8 on long texts. */
import { bytesCases } from './text/bytes.mjs';
import { batchCases, largeSetCases, needleCases, searchCases } from './text/search.mjs';

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: (lanewise) => [
    ...searchCases(lanewise),
    ...needleCases(lanewise),
    ...largeSetCases(lanewise),
    ...batchCases(lanewise),
    ...bytesCases(lanewise),
  ],
};
