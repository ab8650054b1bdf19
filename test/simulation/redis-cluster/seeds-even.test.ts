import { describe } from 'vitest';
import { testSeeds } from '../test-seeds.ts';
import { redisClusterSimulation } from './scenario.ts';

describe('Redis Cluster, while slots move, nodes fail and connections break', () => {
  testSeeds('even', redisClusterSimulation);
});
