import { BEHAVIOUR_MUTANTS } from './behaviour.mjs';
import { CLUSTER_MUTANTS } from './cluster.mjs';
import { CONNECTING_MUTANTS } from './connecting.mjs';
import { CORE_MUTANTS } from './core.mjs';
import { MACHINE_MUTANTS } from './machine.mjs';
import { POOL_MUTANTS } from './pool.mjs';
import { REDIS_MUTANTS } from './redis.mjs';
import { STREAM_MUTANTS } from './streams.mjs';

/** @type {readonly import('./mutant.mjs').Mutant[]} */
export const MUTANTS = [
  ...MACHINE_MUTANTS,
  ...CORE_MUTANTS,
  ...POOL_MUTANTS,
  ...BEHAVIOUR_MUTANTS,
  ...REDIS_MUTANTS,
  ...CONNECTING_MUTANTS,
  ...CLUSTER_MUTANTS,
  ...STREAM_MUTANTS,
];
