import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, type TestContext } from 'vitest';
import { NetworkLab } from '../../faults/network/network-lab.ts';
import type { NetworkFault } from '../../faults/network/network-fault.ts';

/** Of the side that has told it, with a number for what was dialled or a port for what has arrived. */
interface Event {
  readonly number?: number;
  readonly port?: number;
  readonly event: string;
  readonly counts?: Counts;
}

/** What the system of a side has counted. */
export interface Counts {
  /** Segments that were not acknowledged in time. */
  readonly sentAgain: number;
  /** Messages of a network that says that something cannot be reached. */
  readonly complaints: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
}

const COUNT_EVERY_MS = 10;
/** TCP usually waits 200 ms before it sends anything again for the first time. */
const IMPATIENCE =
  'for family in -4 -6; do ip $family route change $(ip $family route show default) rto_min 20ms; done';

const run = promisify(execFile);
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Skips the test where the machine allows no lab, or not that fault. */
export async function skipUnlessPossible(context: TestContext, kind?: NetworkFault['kind']): Promise<void> {
  const obstacle = await NetworkLab.obstacle(kind);
  if (obstacle !== undefined) context.skip(obstacle);
}

/** A lab that is gone when the test is over. */
export async function openLab(context: TestContext): Promise<NetworkLab> {
  await skipUnlessPossible(context);
  const lab = await NetworkLab.open();
  context.onTestFinished(() => lab.close());
  return lab;
}

/**
 * A stage for the tests of a file, one after the other: without faults and connections when a test begins. Returns the
 * way to reach it from within a test. Where the machine allows no lab, the tests are skipped.
 */
export function networkStage(): () => NetworkStage {
  let stage: NetworkStage | undefined;
  beforeAll(async () => {
    if ((await NetworkLab.obstacle()) === undefined) stage = await NetworkStage.open();
  });
  beforeEach(async (context) => {
    if (stage === undefined) await skipUnlessPossible(context);
  });
  afterEach(() => stage?.clear());
  afterAll(() => stage?.lab.close());
  return () => stage!;
}

/** A connection that the client has dialled. */
export class DialledConnection {
  /** `connected`, `answered`, or the code of what went wrong, in order. */
  readonly events: string[] = [];
  /** What came of the dial. */
  readonly dialled: Promise<string>;
  #localPort: number | undefined;
  readonly #number: number;
  readonly #asker: ChildProcess;

  constructor(asker: ChildProcess, number: number, host: string) {
    this.#asker = asker;
    this.#number = number;
    asker.on('message', (event: Event) => {
      if (event.number !== number) return;
      this.events.push(event.event);
      this.#localPort ??= event.port;
    });
    this.dialled = this.#order({ what: 'dial', host });
  }

  /** Once it is connected. */
  get localPort(): number | undefined {
    return this.#localPort;
  }

  /** Sends a byte. Resolves with what comes of it. */
  ask(): Promise<string> {
    return this.#order({ what: 'ask' });
  }

  #order(order: { readonly what: string; readonly host?: string }): Promise<string> {
    const told = nextEvent(this.#asker, this.#number);
    this.#asker.send({ ...order, number: this.#number });
    return told.then(({ event }) => event);
  }
}

/** A lab with a server that says everything back, and a client that dials and asks. */
export class NetworkStage {
  static async open(): Promise<NetworkStage> {
    const lab = await NetworkLab.open();
    const [command, ...args] = lab.client.launcher as [string, ...string[]];
    await run(command, [...args, '/bin/sh', '-ec', IMPATIENCE]);
    const echo = lab.server.fork(path('network-echo.mjs'));
    const asker = lab.client.fork(path('network-asker.mjs'));
    await Promise.all([once(echo, 'message'), once(asker, 'message')]);
    return new NetworkStage(lab, echo, asker);
  }

  readonly lab: NetworkLab;
  readonly #asker: ChildProcess;
  readonly #echo: ChildProcess;
  readonly #serverEvents: Event[] = [];
  #numbers = 0;

  private constructor(lab: NetworkLab, echo: ChildProcess, asker: ChildProcess) {
    this.lab = lab;
    this.#asker = asker;
    this.#echo = echo;
    asker.setMaxListeners(Infinity);
    echo.on('message', (event: Event) => this.#serverEvents.push(event));
  }

  /** Dials the server, at its own address unless another one is given. */
  dial(host: string = this.lab.server.address): DialledConnection {
    return new DialledConnection(this.#asker, (this.#numbers += 1), host);
  }

  /** What the server knows of a connection: `asked`, or the code of what went wrong, in order. */
  atServer({ localPort }: DialledConnection): string[] {
    return this.#serverEvents.filter(({ port }) => port === localPort).map(({ event }) => event);
  }

  async counts(side: 'client' | 'server' = 'client'): Promise<Counts> {
    const number = (this.#numbers += 1);
    const teller = side === 'client' ? this.#asker : this.#echo;
    const counted = nextEvent(teller, number);
    teller.send({ what: 'count', number });
    return (await counted).counts!;
  }

  /** Resolves when the client's system has sent so many segments again: an answer would have come by then. */
  async sentAgain(times: number): Promise<void> {
    const { sentAgain } = await this.counts();
    while ((await this.counts()).sentAgain < sentAgain + times) await wait(COUNT_EVERY_MS);
  }

  /** Drops all connections and removes all faults. */
  async clear(): Promise<void> {
    this.#asker.send({ what: 'drop' });
    await this.lab.clear();
  }
}

function nextEvent(process: ChildProcess, number: number): Promise<Event> {
  return new Promise((resolve) => {
    const listener = (event: Event): void => {
      if (event.number !== number) return;
      process.off('message', listener);
      resolve(event);
    };
    process.on('message', listener);
  });
}
