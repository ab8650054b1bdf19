import { systemEnvironment, type Environment } from '../environment.ts';
import { HawserError } from '../machine/index.ts';
import { resolveOptions, type ConnectionOptions } from '../options.ts';
import { Pipeline } from '../pipeline.ts';
import type { Protocol, Request } from '../protocol.ts';
import type { CallWaitOptions, WaitOptions } from '../waits.ts';
import { leaseEnded } from './lease.ts';
import { lostWithoutCause } from './pool-failures.ts';
import type { Leftover, Loan, OpenAttempt, PoolSource } from './pool-source.ts';

/** What the holder of a lease has of a pipeline: all of it, for as long as the lease lasts. */
export interface LeasedPipeline<Q extends Request, R> {
  /** As {@link Pipeline.submit}; throws LEASE_ENDED, `not-sent`, after the end of the lease. */
  submit(request: Q, options?: CallWaitOptions): Promise<R>;
}

/**
 * A source of connections of a protocol. Each is one transport: when that is lost, the pool decides about another one.
 * `options` are those of each connection; its `connectTimeoutMs` bounds an attempt. Throws INVALID_OPTION.
 */
export function pipelineSource<Q extends Request, R, P = never>(
  protocol: Protocol<Q, R, P>,
  options: ConnectionOptions,
  environment: Environment = systemEnvironment,
): PoolSource<Pipeline<Q, R, P>, LeasedPipeline<Q, R>> {
  // Now, and not as the cause of each attempt.
  resolveOptions(options);
  let checks = 0;
  return {
    name: protocol.name,

    async open({ signal, lost }: OpenAttempt): Promise<Pipeline<Q, R, P>> {
      const pipeline = await Pipeline.connectOnce(protocol, { ...options, signal }, environment);
      const tell = (cause: Error | undefined): void => lost(cause ?? lostWithoutCause(protocol.name));
      pipeline.onState(({ to, cause }) => {
        if (to === 'closed') tell(cause);
      });
      if (pipeline.state === 'closed') tell(undefined);
      return pipeline;
    },

    lend: (pipeline: Pipeline<Q, R, P>): Loan<LeasedPipeline<Q, R>> => new PipelineLoan(pipeline),

    async check(pipeline: Pipeline<Q, R, P>, wait: WaitOptions): Promise<void> {
      const { session } = pipeline;
      if (session === undefined) throw lostWithoutCause(protocol.name);
      checks += 1;
      const nonce = `check-${checks}`;
      const ping = session.ping(nonce);
      if (ping === undefined) return;
      const reply = await pipeline.submit(ping, wait).catch((error: unknown) => {
        // A server that says no is there, and in step.
        if (error instanceof HawserError && error.outcome === 'refused') return undefined;
        throw error;
      });
      if (reply === undefined) return;
      if (!ping.expectsReply || session.isPong(reply, nonce)) return;
      throw new HawserError('PROTOCOL_VIOLATION', `${ping.command}: the answer is not its own`, {
        outcome: 'unknown',
        command: ping.command,
      });
    },

    close: (pipeline: Pipeline<Q, R, P>): Promise<void> => pipeline.close({ timeoutMs: 0 }),
  };
}

/** One lease of a pipeline; its own connection, so that there is one object less for each lease. */
class PipelineLoan<Q extends Request, R, P> implements Loan<LeasedPipeline<Q, R>>, LeasedPipeline<Q, R> {
  readonly #pipeline: Pipeline<Q, R, P>;
  #hasEnded = false;

  constructor(pipeline: Pipeline<Q, R, P>) {
    this.#pipeline = pipeline;
  }

  get connection(): LeasedPipeline<Q, R> {
    return this;
  }

  submit(request: Q, options?: CallWaitOptions): Promise<R> {
    if (this.#hasEnded) throw leaseEnded(request.command);
    return this.#pipeline.submit(request, options);
  }

  end(): Leftover {
    this.#hasEnded = true;
    // What is due may be a call that its caller has given up, and that keeps the server busy for long.
    if (this.#pipeline.state !== 'ready' || this.#pipeline.pending > 0) return 'broken';
    return this.#pipeline.session?.isDirty === true ? 'dirty' : 'clean';
  }

  async reset(wait: WaitOptions): Promise<boolean> {
    const { session } = this.#pipeline;
    for (const request of session?.reset?.() ?? []) await this.#pipeline.submit(request, wait);
    return session?.isDirty === false;
  }
}
