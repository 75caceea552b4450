export { lineStarts, lines } from './lines.ts';
export { Matcher, type SearchPlan, type Text } from './matcher.ts';
export type { Match, Matches } from './matches.ts';
export { count, indexOf } from './needle.ts';
export { PrefixSet } from './prefix-set.ts';
export type { Replacement } from './replace.ts';
export type { Scanner } from './scanner.ts';
export type { SearchOptions } from './search-options.ts';
export { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';
