import { behaviourSimulation } from '../behaviour/simulation/scenario.ts';
import { poolSimulation } from '../pool/simulation/scenario.ts';
import { redisClusterSimulation } from './redis-cluster/scenario.ts';
import { redisPoolSimulation } from './redis-pool/scenario.ts';
import { redisCachingSimulation } from './redis-caching/scenario.ts';
import { redisSimulation } from './redis/scenario.ts';
import type { Simulation } from './simulation.ts';
import { upgradeSimulation } from './upgrade/scenario.ts';

/** All simulations of the project. */
export const SIMULATIONS: readonly Simulation[] = [
  redisSimulation,
  redisPoolSimulation,
  redisClusterSimulation,
  redisCachingSimulation,
  upgradeSimulation,
  poolSimulation,
  behaviourSimulation,
];
