import { GRACE_MS } from './tempo.ts';

/** A duration that was measured, and for how long the process was not let run meanwhile, in milliseconds. */
export interface Measured {
  readonly ms: number;
  readonly starvedMs: number;
}

/** A sentence where something took longer than it may, and none where it did not. */
export function late(what: string, { ms, starvedMs }: Measured, limitMs: number): readonly string[] {
  return ms > limitMs + GRACE_MS + starvedMs
    ? [`${what} after ${Math.round(ms)} ms, of ${Math.round(limitMs)}`]
    : [];
}
