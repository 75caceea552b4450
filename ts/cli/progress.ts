/** Where progress is shown: `process.stderr`. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How often the line changes at most. */
const INTERVAL_MS = 100;
/** Shorter work needs no line. */
const PATIENCE_MS = 300;
const BAR_SIZE = 24;
const CLEAR = '\r\x1b[K';
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** One line of a terminal that says how much has been done; nothing where there is no terminal. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #total: number | undefined;
  readonly #now: () => number;
  readonly #start: number;
  #done = 0;
  #nextAt: number;
  #isShown = false;

  /** @param total bytes, where that is known */
  constructor(terminal: Terminal, total: number | undefined, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#total = total;
    this.#now = now;
    this.#start = now();
    this.#nextAt = this.#start + PATIENCE_MS;
  }

  /** Counts bytes that were done. */
  add(size: number): void {
    this.#done += size;
    if (this.#terminal.isTTY !== true || this.#now() < this.#nextAt) return;
    this.#nextAt = this.#now() + INTERVAL_MS;
    this.#isShown = true;
    this.#terminal.write(`${CLEAR}${this.#line().slice(0, (this.#terminal.columns ?? Number.POSITIVE_INFINITY) - 1)}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isShown) this.#terminal.write(CLEAR);
    this.#isShown = false;
  }

  #line(): string {
    const seconds = (this.#now() - this.#start) / 1000;
    const rate = `${sizeText(this.#done / seconds)}/s`;
    if (this.#total === undefined) return `${sizeText(this.#done)}  ${rate}`;
    // A file may grow while it is read.
    const share = Math.min(1, this.#done / this.#total);
    const bar = '#'.repeat(Math.floor(share * BAR_SIZE)).padEnd(BAR_SIZE, '.');
    return `[${bar}] ${Math.floor(share * 100)}%  ${sizeText(this.#done)} of ${sizeText(this.#total)}  ${rate}`;
  }
}

/** Three digits and a unit. */
function sizeText(size: number): string {
  const power = Math.max(0, Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3)));
  const value = size / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.floor(value)} ${UNITS[power]}`;
}
