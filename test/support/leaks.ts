import type { SimulatedRedis, SimulatedNetwork } from 'hawser/testing';
import { expect } from 'vitest';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** What a test in virtual time ran on. */
export interface VirtualWorld {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly redis?: SimulatedRedis;
}

/**
 * What is not over, one line each: timers on the clock but those of bytes that are still on their way, open
 * transports, pending dials, and whatever was recorded that breaks a contract.
 */
export function leftovers({ clock, network, redis }: VirtualWorld): string[] {
  const pendingDials = network.dials.filter(({ outcome }) => outcome === 'pending').length;
  return [
    ...(clock.pendingTimers === network.pendingTimers ? [] : clock.describeTimers()),
    ...(network.openTransports === 0 ? [] : [`${network.openTransports} transports are open`]),
    ...(pendingDials === 0 ? [] : [`${pendingDials} dials are pending`]),
    ...network.misuses,
    ...(redis?.violations ?? []),
  ];
}

/** Fails unless there are no {@link leftovers}. */
export function expectNothingLeft(world: VirtualWorld): void {
  const left = leftovers(world);
  if (left.length > 0) throw new Error(`Left behind: ${left.join('; ')}`);
}

/** What a connection can leave behind. Timers are not among them: the test runner sets and clears its own. */
const RESOURCES = [
  'GetAddrInfoReqWrap',
  'PipeConnectWrap',
  'PipeServerWrap',
  'PipeWrap',
  'TCPConnectWrap',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TLSWrap',
];
const TURNS_MAX = 20_000;
/** Within so many turns of the event loop the handles of tests that are over are closed, where they ever are. */
const TURNS_OF_OTHERS = 500;

/** How many sockets, servers, pipes and look-ups this thread has open, by kind. */
export function openResources(): Record<string, number> {
  const open: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (RESOURCES.includes(kind)) open[kind] = (open[kind] ?? 0) + 1;
  }
  return open;
}

/** The open resources when whatever other tests have ended is closed. A baseline, for they share this thread. */
export async function settledResources(): Promise<Record<string, number>> {
  for (let turn = 0; turn < TURNS_OF_OTHERS; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return openResources();
}

/**
 * Fails unless the open resources are what they were when `baseline` was taken. Gives the event loop a number of
 * turns before, since handles close in turns of their own.
 */
export async function expectResourcesBackTo(baseline: Readonly<Record<string, number>>): Promise<void> {
  const wanted = JSON.stringify(sorted(baseline));
  for (let turn = 0; turn < TURNS_MAX && JSON.stringify(sorted(openResources())) !== wanted; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
  expect(sorted(openResources())).toEqual(sorted(baseline));
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).toSorted(([one], [other]) => one.localeCompare(other));
}
