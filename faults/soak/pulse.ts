import type { Dials } from '../dials.ts';
import type { SoakClient } from './subject.ts';

/** What a process with a client in it looks like at one moment, under load as it is. */
export interface Beat {
  /** Of the whole process, garbage included. */
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Sockets of the client, those that are being closed included: the most that were open at once so far. */
  readonly sockets: number;
  /** Timers of the process, those of the callers included. */
  readonly timers: number;
  /** Attempts to connect so far. */
  readonly dials: number;
  /** What is under way, by the client's own words. */
  readonly counts: Readonly<Record<string, number>>;
}

const EVERY_MS = 1_000;

/** Looks at the process each second, and tells. Returns what ends that. */
export function startPulse(client: SoakClient, dials: Dials, tell: (beat: Beat) => void): () => void {
  const timer = setInterval(() => {
    const { rss, heapUsed, external } = process.memoryUsage();
    tell({
      rssBytes: rss,
      heapBytes: heapUsed + external,
      sockets: dials.mostOpen,
      timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
      dials: dials.count,
      counts: client.counts(),
    });
  }, EVERY_MS);
  return () => clearInterval(timer);
}
