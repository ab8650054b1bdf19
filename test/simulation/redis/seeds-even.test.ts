import { describe } from 'vitest';
import { redisSimulation } from './scenario.ts';
import { testSeeds } from './seeds.ts';

describe('Under random calls, aborts, deadlines and faults', () => {
  testSeeds('even', redisSimulation);
});
