import { socketDial } from './dial.ts';
import type { Clock, Random } from './machine/index.ts';
import { systemClock } from './system-clock.ts';
import type { Dial } from './transport.ts';

/** All that a connection takes from the world: time, chance and transports. Tests bring their own. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly dial: Dial;
}

/** The world as it is. */
export const systemEnvironment: Environment = { clock: systemClock, random: Math.random, dial: socketDial };
