import {
  SimulatedNetwork,
  type SimulatedNetworkOptions,
  ScriptedServer,
  type PeerScript,
} from 'hawser/testing';
import { expect, onTestFinished } from 'vitest';
import {
  HawserError,
  Pipeline,
  type ConnectionOptions,
  type Protocol,
  type Request,
} from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { expectNothingLeft } from '../support/leaks.ts';

export const ENDPOINT = { host: 'peer.test', port: 1 };

/** What is changed of the stage: the network, the connection's options. */
export interface StageOptions {
  readonly network?: Omit<SimulatedNetworkOptions, 'clock'>;
  readonly connection?: Partial<ConnectionOptions>;
}

/**
 * A pipeline and a server with one script for each connection, on a simulated network in virtual time. When the
 * test is over the pipeline is closed, each script must have come true, and nothing may be left.
 */
export class Stage<Q extends Request, R, P> {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly server: ScriptedServer;
  readonly pipeline: Pipeline<Q, R, P>;
  /** Messages that the server sent unasked. */
  readonly pushed: P[] = [];

  constructor(protocol: Protocol<Q, R, P>, scripts: readonly PeerScript[], options: StageOptions = {}) {
    const { clock } = this;
    this.network = new SimulatedNetwork({ clock, ...options.network });
    this.server = new ScriptedServer({ scripts, clock });
    this.network.listen(ENDPOINT, this.server.accept);
    this.pipeline = Pipeline.start(
      protocol,
      { endpoints: [ENDPOINT], ...options.connection },
      { clock, random: () => 0.5, dial: this.network.dial },
    );
    this.pipeline.onPush((message) => this.pushed.push(message));
    onTestFinished(async () => {
      await clock.waitFor(this.pipeline.close());
      await clock.settle();
      expect(this.server.failures).toEqual([]);
      expectNothingLeft(this);
    });
  }

  ready(): Promise<void> {
    return this.clock.waitFor(this.pipeline.ready({ timeoutMs: Infinity }));
  }

  /** What the call is answered with. */
  answer(request: Q): Promise<R> {
    return this.clock.waitFor(this.pipeline.submit(request));
  }

  /** What the call fails with. */
  failure(call: Promise<R>): Promise<HawserError> {
    return this.clock.waitFor(failureOf(call));
  }
}

/** The error with which a promise rejects. */
export function failureOf(promise: Promise<unknown>): Promise<HawserError> {
  return promise.then(
    () => {
      throw new Error('expected a failure, got an answer');
    },
    (error: unknown) => {
      if (error instanceof HawserError) return error;
      throw error;
    },
  );
}

/** How each of several calls ended: its value, or `outcome code` of its error. */
export async function endings(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const { outcome, code } = result.reason as HawserError;
    return `${outcome} ${code}`;
  });
}

/** The code, or else the message, of an error and of each failure behind it. */
export function causesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const what = 'code' in error ? String(error.code) : error.message;
  return [what, ...causesOf(error.cause)];
}
