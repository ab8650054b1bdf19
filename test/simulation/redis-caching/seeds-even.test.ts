import { describe } from 'vitest';
import { testSeeds } from '../test-seeds.ts';
import { redisCachingSimulation } from './scenario.ts';

describe('a client that keeps what it reads, under writes of its own and of others, and faults', () => {
  testSeeds('even', redisCachingSimulation);
});
