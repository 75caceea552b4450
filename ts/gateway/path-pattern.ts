/** What the names in a pattern stand for in one path, percent-decoded. */
export type Params = Readonly<Record<string, string>>;

export const NO_PARAMS: Params = Object.freeze(Object.create(null));

const NAME = /^[A-Za-z_]\w*$/;
/** What may stand in a path besides '/': RFC 3986 section 3.3. */
const SEGMENT = /^(?:[\w.~!$&'()*+,;=:@-]|%[\dA-Fa-f]{2})*$/;

/** One stretch of a path between slashes. */
export type Segment = { readonly text: string } | { readonly name: string };

/** A path of a route: '/a/b', '/a/:id', '/files/*'. Paths are compared as they were sent, not decoded. */
export class PathPattern {
  readonly source: string;
  readonly segments: readonly Segment[];
  /** True for a pattern that ends in '/*': the segments before it are followed by '/' and anything. */
  readonly isOpen: boolean;
  /** True when it has neither names nor '*': it matches `source` alone. */
  readonly isStatic: boolean;

  /** @throws {TypeError} saying what is wrong with `source` */
  constructor(source: string) {
    if (!source.startsWith('/')) throw new TypeError("a path starts with '/'");
    const parts = source.slice(1).split('/');
    this.source = source;
    this.isOpen = parts.at(-1) === '*';
    if (this.isOpen) parts.pop();
    this.segments = parts.map(parseSegment);
    const names = this.segments.flatMap((segment) => ('name' in segment ? segment.name : []));
    if (new Set(names).size < names.length) throw new TypeError('a name stands twice in the path');
    this.isStatic = !this.isOpen && names.length === 0;
  }

  /**
   * The params of `path` (without query), null when it does not match. Makes one object, and none for a path without params.
   *
   * @throws {URIError} when a param is no percent-encoded UTF-8
   */
  match(path: string): Params | null {
    if (this.isStatic) return path === this.source ? NO_PARAMS : null;
    const values = this.#capture(path);
    if (values === null) return null;
    const params: Record<string, string> = Object.create(null);
    let i = 0;
    for (const segment of this.segments) if ('name' in segment) params[segment.name] = decodeURIComponent(values[i++] as string);
    if (this.isOpen) params['*'] = decodeURIComponent(values[i] as string);
    return Object.freeze(params);
  }

  /** The raw text of each param. */
  #capture(path: string): string[] | null {
    const values: string[] = [];
    let at = 0;
    for (const segment of this.segments) {
      if (path[at] !== '/') return null;
      const slash = path.indexOf('/', at + 1);
      const end = slash < 0 ? path.length : slash;
      const text = path.slice(at + 1, end);
      if ('text' in segment ? text !== segment.text : text === '') return null;
      if ('name' in segment) values.push(text);
      at = end;
    }
    if (!this.isOpen) return at === path.length ? values : null;
    if (path[at] !== '/') return null;
    values.push(path.slice(at + 1));
    return values;
  }
}

function parseSegment(text: string): Segment {
  if (text.startsWith(':')) {
    const name = text.slice(1);
    if (!NAME.test(name)) throw new TypeError(`'${text}' is no name: a letter or '_', then letters, digits or '_'`);
    return { name };
  }
  if (text.includes('*')) throw new TypeError("'*' stands alone, at the end of the path");
  if (!SEGMENT.test(text)) throw new TypeError(`'${text}' has characters that a path holds only percent-encoded`);
  return { text };
}
