import { parentPort } from 'node:worker_threads';
import { SIMULATIONS } from '../simulations.ts';
import { runBatch, type Batch } from './batch.ts';

parentPort?.on('message', (batch: Batch) => {
  const simulation = SIMULATIONS.find(({ name }) => name === batch.simulation);
  if (simulation === undefined) throw new Error(`There is no simulation ${batch.simulation}.`);
  void runBatch(batch, simulation).then((result) => parentPort?.postMessage(result));
});
