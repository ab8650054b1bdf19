import { describe } from 'vitest';
import { testSeeds } from '../../simulation/test-seeds.ts';
import { poolSimulation } from './scenario.ts';

describe('A pool under random checkouts, releases, aborts, deadlines and faults', () => {
  testSeeds('even', poolSimulation);
});
