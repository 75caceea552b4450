export type { Arbitrary } from 'fast-check';
export { chunking } from './chunking.ts';
export { type Codec, CodecLawError, type CodecLawsOptions, codecLaws } from './codec-laws.ts';
export { deepEqual } from './deep-equal.ts';
export { jsonText, jsonValue, nearlyJson } from './json.ts';
export { msgpackBytes, msgpackValue, nearlyMsgpack } from './msgpack.ts';
export { search } from './search.ts';
