import type { SimulatedRedis } from 'hawser/testing';
import { leftovers, type VirtualGround } from '../../src/testing/simulation/leftovers.ts';

/** What a test in virtual time ran on. */
export interface VirtualWorld extends VirtualGround {
  readonly redis?: SimulatedRedis;
}

/** Fails when anything is not over, or when whatever was recorded breaks a contract. */
export function expectNothingLeft(world: VirtualWorld): void {
  const left = [...leftovers(world), ...(world.redis?.violations ?? [])];
  if (left.length > 0) throw new Error(`Left behind: ${left.join('; ')}`);
}
