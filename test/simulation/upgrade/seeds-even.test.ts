import { describe } from 'vitest';
import { testSeeds } from '../test-seeds.ts';
import { upgradeSimulation } from './scenario.ts';

describe('A protocol that goes on over TLS in mid-stream, under random queries, aborts, deadlines and faults', () => {
  testSeeds('even', upgradeSimulation);
});
