import type { SimulatedRedis, SimulatedNetwork } from 'hawser/testing';
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
