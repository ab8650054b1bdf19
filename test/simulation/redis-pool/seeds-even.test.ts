import { describe } from 'vitest';
import { testSeeds } from '../test-seeds.ts';
import { redisPoolSimulation } from './scenario.ts';

describe('Redis over a pool, under random calls, holders, aborts, deadlines and faults', () => {
  testSeeds('even', redisPoolSimulation);
});
