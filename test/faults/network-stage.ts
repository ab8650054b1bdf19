import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { NetworkLab } from '../../faults/network/network-lab.ts';
import type { NetworkFault } from '../../faults/network/network-fault.ts';

interface Event {
  readonly name: string;
  /** `connected`, `answered`, or the code of what went wrong. */
  readonly event: string;
  readonly counts?: Counts;
}

/** What the system of the client's side has counted. */
export interface Counts {
  /** Segments that were not acknowledged in time. */
  readonly sentAgain: number;
  /** Messages of a network that says that something cannot be reached. */
  readonly complaints: number;
}

const COUNT_EVERY_MS = 20;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Skips the test where the machine allows no lab, or not these faults. The lab is gone when the test is over. */
export async function openLab(context: TestContext, ...kinds: NetworkFault['kind'][]): Promise<NetworkLab> {
  for (const kind of [undefined, ...kinds]) {
    const obstacle = await NetworkLab.obstacle(kind);
    if (obstacle !== undefined) context.skip(obstacle);
  }
  const lab = await NetworkLab.open();
  context.onTestFinished(() => lab.close());
  return lab;
}

/** A lab with a server that says everything back, and a client that dials and asks. */
export class NetworkStage {
  /** As {@link openLab}. */
  static async set(context: TestContext, ...kinds: NetworkFault['kind'][]): Promise<NetworkStage> {
    const lab = await openLab(context, ...kinds);
    const echo = lab.server.fork(path('network-echo.mjs'));
    const asker = lab.client.fork(path('network-asker.mjs'));
    const stage = new NetworkStage(lab, echo, asker);
    await Promise.all([once(echo, 'message'), once(asker, 'message')]);
    return stage;
  }

  readonly lab: NetworkLab;
  /** What the server has told, in order: `heard` for what was asked, or the code of what went wrong. */
  readonly serverEvents: string[] = [];
  readonly #asker: ChildProcess;
  readonly #events: Event[] = [];

  private constructor(lab: NetworkLab, echo: ChildProcess, asker: ChildProcess) {
    this.lab = lab;
    this.#asker = asker;
    asker.on('message', (event: Event) => this.#events.push(event));
    echo.on('message', (event: string) => this.serverEvents.push(event));
  }

  /** What was told of a connection, in order. */
  eventsOf(name: string): string[] {
    return this.#events.filter((event) => event.name === name).map(({ event }) => event);
  }

  /** Dials under a name. Resolves with what comes of it. */
  dial(name: string, host: string = this.lab.server.address): Promise<string> {
    return this.#order({ what: 'dial', name, host });
  }

  /** Sends a byte. Resolves with what comes of it. */
  ask(name: string): Promise<string> {
    return this.#order({ what: 'ask', name });
  }

  async counts(): Promise<Counts> {
    const before = this.#events.length;
    await this.#order({ what: 'count', name: 'counts' });
    return this.#events.slice(before).find(({ counts }) => counts !== undefined)!.counts!;
  }

  /** Resolves when the client's system has sent so many segments again: long enough for an answer, had there been one. */
  async sentAgain(times: number): Promise<void> {
    const { sentAgain } = await this.counts();
    while ((await this.counts()).sentAgain < sentAgain + times) await wait(COUNT_EVERY_MS);
  }

  #order(order: { readonly what: string; readonly name: string; readonly host?: string }): Promise<string> {
    const told = new Promise<string>((resolve) => {
      const listener = ({ name, event }: Event): void => {
        if (name !== order.name) return;
        this.#asker.off('message', listener);
        resolve(event);
      };
      this.#asker.on('message', listener);
    });
    this.#asker.send(order);
    return told;
  }
}
