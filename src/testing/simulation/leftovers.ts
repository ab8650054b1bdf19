import type { VirtualClock } from '../virtual-clock.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/** Where something may have been left: virtual time, and a network in it. */
export interface VirtualGround {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
}

/**
 * What is not over, a sentence each: timers on the clock but those of bytes that are still on their way, open transports,
 * pending dials; and every use of a transport that breaks its contract.
 */
export function leftovers({ clock, network }: VirtualGround): string[] {
  const pendingDials = network.dials.filter(({ outcome }) => outcome === 'pending').length;
  const timers = clock.pendingTimers === network.pendingTimers ? [] : clock.describeTimers();
  return [
    ...timers.map((timer) => `a timer is left: ${timer}`),
    ...(network.openTransports === 0 ? [] : [`${network.openTransports} transports are open`]),
    ...(pendingDials === 0 ? [] : [`${pendingDials} dials are pending`]),
    ...network.misuses.map((misuse) => `misuse of a transport: ${misuse}`),
  ];
}
