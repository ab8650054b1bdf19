import type { SeededRandom } from 'hawser/testing';
import type { Served } from '../callers.ts';
import type { Client, CompanyKind, Subject } from '../subject.ts';
import type { Server, System } from '../system.ts';
import type { Tempo } from '../tempo.ts';
import { Readers } from './readers.ts';
import { Subscribers } from './subscribers.ts';
import { Takers } from './takers.ts';

/** What company works with. */
export interface CompanyGround {
  readonly subject: Subject;
  readonly client: Client;
  readonly system: System;
  readonly tempo: Tempo;
  readonly random: SeededRandom;
  /** The server that has the data now. */
  readonly keeper: () => Server;
}

/** Those who use a client beside its callers, in a way of their own. */
export interface Companions {
  /** Watches until each of them has had something that came into the world later than now. */
  served(): Served;
  /** Nothing new comes into the world, and nobody asks, until `resume`. */
  rest(): void;
  readonly isAtRest: boolean;
  resume(): void;
  stop(): void;
  /** Resolves when they have all that they are to have, once {@link Companions.stop} was called. May never settle. */
  settled(): Promise<unknown>;
  /** Resolves when nobody of them does anything any more, once the client was closed. May never settle. */
  readonly ended: Promise<unknown>;
  /** What has not ended, a sentence each. */
  readonly open: readonly string[];
  /** Connections that are closed since somebody has left them. */
  readonly leftBehind: number;
  /** What they have had, in a few words. */
  words(): Promise<string>;
}

export type Company = Subscribers | Takers | Readers;

const KINDS: Readonly<Record<CompanyKind, (ground: CompanyGround) => Company>> = {
  subscribers: (ground) => new Subscribers(ground),
  takers: (ground) => new Takers(ground),
  readers: (ground) => new Readers(ground),
};

/** Brings those together whom a subject wants; they begin at once. */
export function companyOf(ground: CompanyGround): Company | undefined {
  const { company } = ground.subject;
  return company === undefined ? undefined : KINDS[company](ground);
}
