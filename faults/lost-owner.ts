// A thread that has a client and asks without end, until it is terminated.
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Access, Subject } from './subject.ts';
import { TEMPOS, type Tempo } from './tempo.ts';

/** What the thread is to know. */
export interface LostOwner {
  /** URL of the module that has the subject. */
  readonly module: string;
  readonly name: string;
  readonly tempo: Tempo['name'];
  readonly access: Access;
}

const { module, name, tempo, access } = workerData as LostOwner;
const { subjects } = (await import(module)) as { subjects: (tempo: Tempo) => readonly Subject[] };
const client = subjects(TEMPOS[tempo])
  .find((subject) => subject.name === name)!
  .open(access);
await client.ready();
for (let calls = 0; ; calls += 1) {
  const call = client.increment("lost owner's counter");
  // It is terminated with a call on its way.
  if (calls === 1) parentPort?.postMessage('asking');
  await call;
  await wait(1);
}
