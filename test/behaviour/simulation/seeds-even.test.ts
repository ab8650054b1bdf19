import { describe } from 'vitest';
import { testSeeds } from '../../simulation/test-seeds.ts';
import { behaviourSimulation } from './scenario.ts';

describe('A behaviour that does anything, under random callers', () => {
  testSeeds('even', behaviourSimulation);
});
