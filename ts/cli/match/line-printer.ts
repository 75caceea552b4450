import { isUtf8 } from '../../text.ts';
import { Page } from './page.ts';
import type { Query } from './query.ts';

/** A part of a line in which a pattern occurs; offsets in the piece of the file that is searched. */
export interface Found {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** A line that was selected; offsets in the piece of the file that is searched. */
export interface Line {
  readonly start: number;
  /** Before its line end. */
  readonly end: number;
  /** 1-based; 0 where nobody asked. */
  readonly number: number;
  /** None where lines without a match are selected. */
  readonly found: readonly Found[];
}

/** As grep has them by default. */
const COLORS = { name: '35', number: '32', separator: '36', found: '1;31' };

/** Writes what a search says of a file to a page. */
export class LinePrinter {
  readonly page = new Page();
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  /** @param piece of the file @param offset of the piece in the file, in bytes */
  line(name: string, piece: Buffer, line: Line, offset: number): void {
    if (this.#query.isJson) this.#jsonLine(name, piece, line, offset);
    else if (this.#query.report === 'matches') this.#matches(name, piece, line);
    else this.#wholeLine(name, piece, line);
  }

  count(name: string, count: number): void {
    if (this.#query.isJson) this.#json({ file: name, count });
    else {
      if (this.#query.hasNames) this.#label('name', name);
      this.page.text(`${count}\n`);
    }
  }

  name(name: string): void {
    if (this.#query.isJson) this.#json({ file: name });
    else {
      this.#colored('name', name);
      this.page.text('\n');
    }
  }

  /** In place of the lines of a file that is no text. */
  binary(name: string): void {
    if (this.#query.isJson) this.#json({ file: name, binary: true });
    else this.page.text(`Binary file ${name} matches\n`);
  }

  #wholeLine(name: string, piece: Buffer, { start, end, number, found }: Line): void {
    this.#prefix(name, number);
    let done = start;
    if (this.#query.hasColors) {
      for (const part of found) {
        this.page.bytes(piece, done, part.start);
        this.#foundPart(piece, part);
        done = part.end;
      }
    }
    this.page.bytes(piece, done, end);
    this.page.text('\n');
  }

  #matches(name: string, piece: Buffer, { number, found }: Line): void {
    for (const part of found) {
      this.#prefix(name, number);
      this.#foundPart(piece, part);
      this.page.text('\n');
    }
  }

  #foundPart(piece: Buffer, { start, end }: Found): void {
    if (this.#query.hasColors) this.page.text(`\x1b[${COLORS.found}m`);
    this.page.bytes(piece, start, end);
    if (this.#query.hasColors) this.page.text('\x1b[m');
  }

  #prefix(name: string, number: number): void {
    if (this.#query.hasNames) this.#label('name', name);
    if (this.#query.hasNumbers) this.#label('number', String(number));
  }

  #label(color: keyof typeof COLORS, text: string): void {
    this.#colored(color, text);
    this.#colored('separator', ':');
  }

  #colored(color: keyof typeof COLORS, text: string): void {
    this.page.text(this.#query.hasColors ? `\x1b[${COLORS[color]}m${text}\x1b[m` : text);
  }

  /** Offsets of matches count from the start of the line, in bytes. */
  #jsonLine(name: string, piece: Buffer, { start, end, number, found }: Line, offset: number): void {
    const bytes = piece.subarray(start, end);
    const text = isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') };
    const matches = found.map((part) => ({ pattern: part.id, start: part.start - start, end: part.end - start }));
    this.#json({ file: name, line: number, offset: offset + start, ...text, matches });
  }

  #json(value: object): void {
    this.page.text(`${JSON.stringify(value)}\n`);
  }
}
