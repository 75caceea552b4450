import type { Settings } from './config.ts';
import type { Stats } from './stats.ts';

/** A gateway that listens, whatever it is made of. */
export interface Running {
  readonly url: string;
  /** What reads and writes the sockets: 'node:http', 'epoll', 'io_uring'. */
  readonly transport: string;
  /** What its counters belong to; others that share the port add theirs. */
  readonly group?: number;
  /** Serves by these settings from the next request on. */
  reload(settings: Settings): Promise<void>;
  /** Stops accepting, closes idle connections, and ends when the others have ended or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Starts to listen; one of these for each iteration. */
export type Start = (settings: Settings, stats: Stats) => Promise<Running>;
