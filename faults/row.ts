import type { FaultProxy, History, SeededRandom } from 'hawser/testing';
import type { Belongings } from './belongings.ts';
import type { Callers, Habit } from './callers.ts';
import type { Company } from './company/company.ts';
import type { Crashes } from './crashes.ts';
import type { Impostor } from './impostor.ts';
import type { Dials } from './dials.ts';
import type { Names } from './names.ts';
import type { NetworkLab } from './network/network-lab.ts';
import type { Access, Client, CompanyKind, Setting, Subject } from './subject.ts';
import type { Server, ServerNeeds, System } from './system.ts';
import type { Tempo } from './tempo.ts';

/** What a row finds when it begins: a real server, a proxy before it, and one client that asks through the proxy. */
export interface Stage {
  readonly subject: Subject;
  readonly system: System;
  readonly tempo: Tempo;
  readonly random: SeededRandom;
  readonly server: Server;
  readonly proxy: FaultProxy;
  /** Has what the server has and refuses writes, where the row asks for it: the second endpoint, behind a proxy of its own. */
  readonly follower: Server | undefined;
  /** Stands before the proxy, where the row asks for it. */
  readonly impostor: Impostor | undefined;
  /** The network between the client and the server, where the row asks for one: there is no proxy on the way then. */
  readonly lab: NetworkLab | undefined;
  /** The name by which the client knows the proxy, where the row asks for one. */
  readonly names: Names | undefined;
  /** Where the client connects unless the row says otherwise, in order of preference. */
  readonly endpoints: Access['endpoints'];
  readonly history: History;
  readonly dials: Dials;
  readonly crashes: Crashes;
  /** Once the client was opened. */
  readonly client: Client;
  readonly callers: Callers;
  /** Those who use the client besides, where the subject has such. */
  readonly company: Company | undefined;
  /** The server that has the data in the end: another one, where a row says so. */
  keeper: Server;
  readonly belongings: Belongings;
}

/** What is there before the client is: rows that begin with the fault see this. */
export type EarlyStage = Omit<Stage, 'client' | 'callers' | 'company'>;

/** A fault that was brought about. */
export interface Injected {
  /** Brings things back to normal. Left out: the fault is over when it has happened. */
  readonly end?: () => unknown;
  /** What does not hold of {@link Row.besides}, a sentence each; asked when the row is over and the client still open. */
  readonly expect?: () => readonly string[] | Promise<readonly string[]>;
}

/** One fault, and what must hold besides what must hold after every one. */
export interface Row {
  readonly name: string;
  /** The row of the matrix, in its words. */
  readonly fault: string;
  /** How it is brought about. */
  readonly injected: string;
  /** What else must hold, for people; {@link Row.expect} holds it. */
  readonly besides?: string;
  /**
   * What the callers do when the fault begins: `asking`, `resting`, so that it meets an idle client, or `absent`: the client
   * is started into the fault. Default: asking.
   */
  readonly callers?: 'asking' | 'resting' | 'absent';
  readonly habit?: Habit;
  /** Only clients that are used by such, or connect to such, are put through it. Default: any client. */
  readonly concerns?: CompanyKind | Setting;
  readonly needs?: (ground: { readonly fixture: (name: string) => string }) => ServerNeeds;
  /** What stands on the stage besides. */
  readonly extra?: 'follower' | 'impostor' | 'name' | 'lab';
  /** Whether the client has to give up its connection, must not, or may. Default: it may. */
  readonly connection?: 'given up' | 'kept' | 'either';
  /** That the client is not to notice anything: {@link Row.expect}, or what was injected, sees by itself whether the fault struck. */
  readonly isUnnoticed?: true;
  /** How long the fault lasts, in milliseconds. Default: the tempo's; of one without a remedy, 0. */
  readonly holdMs?: (tempo: Tempo, subject: Subject) => number;
  /** Added to the time within which a silent peer must be found, in milliseconds. */
  readonly foundMs?: (tempo: Tempo) => number;
  /** That the server goes on to send what is not asked for, so that it may be silent to calls for longer. */
  readonly isHalfSilent?: true;
  /** Added to the time within which the client must be back, in milliseconds. */
  readonly recoveryMs?: (tempo: Tempo) => number;
  /** Added to the time that calls may take, for a process that does not run meanwhile, in milliseconds. */
  readonly blockedMs?: (tempo: Tempo) => number;
  /** Why this subject, or this machine, cannot be put through it; undefined when it can. */
  readonly obstacle?: (subject: Subject) => string | undefined | Promise<string | undefined>;
  /** Where the client connects, and as whom. Default: to the stage's endpoints. */
  readonly access?: (stage: EarlyStage) => Access | Promise<Access>;
  /** Brings the fault about. `client` is there, unless the row starts it later. */
  readonly inject: (stage: EarlyStage & Partial<Stage>) => Injected | Promise<Injected>;
  /** What does not hold of {@link Row.besides}, a sentence each. */
  readonly expect?: (stage: Stage, play: PlayedFault) => readonly string[] | Promise<readonly string[]>;
}

/** How it went on when a fault had ended. */
export interface ServedAgain {
  /** From its end until a write was confirmed that was asked for after that; undefined when none was. */
  readonly recoveredAfterMs: number | undefined;
  /** From its end until that was so for every caller; undefined when some were not served. */
  readonly servedAfterMs: number | undefined;
  /** Callers that were not served. */
  readonly unserved: number;
  /** Those that were not served any more a while after that. */
  readonly unservedLater: number;
}

/** How the fault of a row went. */
export interface PlayedFault extends ServedAgain {
  /** From its beginning until the client gave up a connection that it had, in milliseconds; undefined when it did not. */
  readonly givenUpAfterMs: number | undefined;
  /** From its beginning until a write was confirmed again, or nobody waited for that any more. */
  readonly lastedMs: number;
  /** Attempts to connect until then. */
  readonly dials: number;
  /** The same of the company, where there is one. */
  readonly company: Omit<ServedAgain, 'recoveredAfterMs'> | undefined;
  /** When it began, and when everyone was served again, in milliseconds of `performance.now()`. */
  readonly beganAtMs: number;
  readonly overAtMs: number;
  /** For how long the process was not let run, until the connection was given up, and from the end of the fault on. */
  readonly starved: { readonly findingMs: number; readonly recoveringMs: number };
  /** Calls that failed until then. */
  readonly failed: number;
  /** Those of them of which nobody knows whether they were done. */
  readonly unknown: number;
}

/** What came of one row. */
export type RowResult =
  | { readonly row: string; readonly kind: 'not run'; readonly reason: string }
  /** The client ended or blocked the whole process. */
  | { readonly row: string; readonly kind: 'cut short'; readonly reason: string }
  | {
      readonly row: string;
      readonly kind: 'played';
      /** All that did not hold, a sentence each. */
      readonly broken: readonly string[];
      readonly givenUpAfterMs: number | undefined;
      readonly recoveredAfterMs: number | undefined;
      readonly dials: number | undefined;
      readonly calls: {
        readonly confirmed: number;
        readonly 'not-sent': number;
        readonly refused: number;
        readonly unknown: number;
      };
      /** Of failed calls, by code and outcome. */
      readonly failures: Readonly<Record<string, number>>;
      /** What those had who use the client besides, in a few words; undefined where nobody does. */
      readonly company?: string | undefined;
      /** How long `close()` took in the midst of the fault; undefined where it was not tried. */
      readonly closedAfterMs: number | undefined;
    };
