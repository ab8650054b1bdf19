import { describe } from 'vitest';
import { testSeeds } from './seeds.ts';

describe('Under random calls, aborts, deadlines and faults', () => {
  testSeeds('odd');
});
