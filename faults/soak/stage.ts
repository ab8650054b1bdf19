import { FaultProxy } from 'hawser/testing';
import type { Belongings } from '../belongings.ts';
import { Impostor } from '../impostor.ts';
import type { SubjectAddress } from '../orders.ts';
import type { System } from '../system.ts';
import type { SoakStage } from './fault-kind.ts';
import { WorkerProcess } from './worker-process.ts';

/** What the server takes, when it is not told to take another. */
export const PASSWORD = 'right';

/** Starts a server with what stands before it, and a process whose client is connected. All of it belongs to `belongings`. */
export async function setStage(
  subject: SubjectAddress,
  system: System,
  seed: number,
  belongings: Belongings,
): Promise<SoakStage> {
  const server = belongings.keep(await system.start({ password: PASSWORD }));
  const impostor = belongings.keep(await Impostor.start(server));
  // Nearest to the client, so that it sees what the proxy does as it is.
  const proxy = belongings.keep(await FaultProxy.start({ target: impostor.endpoint, seed }));
  const worker = belongings.keep(await WorkerProcess.start({ subject }));
  await worker.order({ kind: 'open', access: { endpoints: [proxy.endpoint], password: PASSWORD } });
  return { worker, proxy, impostor, server, system };
}
