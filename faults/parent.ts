import { Worker } from 'node:worker_threads';

/** Looks from a thread of its own, for the process may be too busy to hear of anything. */
const WATCH = `
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 250);
`;

/** Ends this process when the one that has forked it ends, or lets go of it. */
export function endWithParent(): void {
  new Worker(WATCH, { eval: true }).unref();
  process.on('disconnect', () => process.exit());
}
