import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Batch, BatchResult } from './batch.ts';

/** Runs batches on so many threads, each the next one that is left, and hands on what came of each. */
export async function runOnWorkers(
  batches: readonly Batch[],
  threads: number,
  onResult: (result: BatchResult) => void,
): Promise<void> {
  const left = batches[Symbol.iterator]();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.js', import.meta.url));
    try {
      for (const batch of left) {
        worker.postMessage(batch);
        // Rejects when the worker has thrown.
        const [result] = (await once(worker, 'message')) as [BatchResult];
        onResult(result);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, () => work()));
}
