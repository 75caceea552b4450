export { lineStarts, lines } from './lines.ts';
export { type Match, Matcher, type Matches, type SearchOptions, type Text } from './matcher.ts';
export { count, indexOf } from './needle.ts';
export { PrefixSet } from './prefix-set.ts';
export { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';
