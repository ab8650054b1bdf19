import {
  step,
  type ConnectionEvent,
  type ConnectionState,
  type Random,
} from '../../src/core/machine/index.ts';
import { CAUSE, contextOf } from './connections.ts';

/** What becomes of clients that have lost the same server at the same time, at 0. In milliseconds. */
export interface Comeback {
  /** When attempts failed, of all clients together. In no order. */
  readonly attempts: readonly number[];
  /** How long after the end of the outage each was back, the first one first. */
  readonly lateness: readonly number[];
}

/** Plays an outage in which every attempt fails at once. */
export function comeback(clients: number, outageMs: number, random: Random): Comeback {
  const attempts: number[] = [];
  const lateness: number[] = [];
  for (let client = 0; client < clients; client += 1) {
    const [times, backAt] = lifeOf(outageMs, random);
    attempts.push(...times);
    lateness.push(backAt - outageMs);
  }
  return { attempts, lateness: lateness.toSorted((one, other) => one - other) };
}

/** When a client tried in vain, and when it was back. */
function lifeOf(outageMs: number, random: Random): [number[], number] {
  let state: ConnectionState = {
    name: 'ready',
    epoch: 1,
    endpoint: 0,
    failures: undefined,
    failuresBefore: { count: 0, since: -60_000 },
    since: -60_000,
  };
  const take = (type: 'lost' | 'retry-due', now: number): ConnectionState => {
    const event: ConnectionEvent = { type, epoch: state.epoch, cause: CAUSE };
    state = step(state, event, contextOf({}, random(), now)).state;
    return state;
  };
  const times: number[] = [];
  for (let now = 0; ;) {
    const waiting = take('lost', now);
    if (waiting.name !== 'backing-off') throw new Error(`a client that is lost is ${waiting.name}`);
    now = waiting.retryAt;
    if (now >= outageMs) return [times, now];
    times.push(now);
    take('retry-due', now);
  }
}
