import type { FaultProxy, SeededRandom } from 'hawser/testing';
import type { Impostor } from '../impostor.ts';
import type { Server, System } from '../system.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What faults are done to: a client in a process of its own, a proxy, an impostor and a server, in this order. */
export interface SoakStage {
  readonly worker: WorkerProcess;
  readonly proxy: FaultProxy;
  readonly impostor: Impostor;
  readonly server: Server;
  readonly system: System;
}

/** How long a fault lasts, in milliseconds. */
export type Hold = readonly [least: number, most: number];

/** A fault that is brought about again and again, each time in another way. */
export interface FaultKind {
  readonly name: string;
  /** Of faults of the server, and of those of the process, there is one at a time; the network may have several. */
  readonly where: 'network' | 'server' | 'process';
  readonly holdMs: Hold;
  /** Brings it about for so long, or as a thing that happens and is over. Resolves to what ends it, if anything has to. */
  readonly begin: (stage: SoakStage, random: SeededRandom, holdMs: number) => End | Promise<End>;
  /** Why there is none of it on this machine. */
  readonly obstacle?: string;
}

export type End = (() => unknown) | undefined;

/** For a fault that happens and is over. */
export const AT_ONCE: Hold = [0, 0];
