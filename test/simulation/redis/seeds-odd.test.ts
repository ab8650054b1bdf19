import { describe } from 'vitest';
import { redisSimulation } from './scenario.ts';
import { testSeeds } from '../test-seeds.ts';

describe('Redis over a shared connection, under random calls, aborts, deadlines and faults', () => {
  testSeeds('odd', redisSimulation);
});
