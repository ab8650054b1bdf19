import {
  MEMBER_OPTIONS,
  resolveBehaviourOptions,
  type BehaviourOptions,
} from '../behaviour/behaviour-options.ts';
import type { AnyConnection, Connection, HandleOf, StartArguments } from '../behaviour/connection.ts';
import { systemEnvironment, type Environment } from '../environment.ts';
import { HawserError } from '../machine/index.ts';
import type { WaitOptions } from '../waits.ts';
import { leaseEnded } from './lease.ts';
import { lostWithoutCause } from './pool-failures.ts';
import type { Leftover, Loan, OpenAttempt, PoolSource } from './pool-source.ts';

/** A behaviour's class. */
type BehaviourClass<B extends AnyConnection> = (new () => B) & Pick<typeof Connection, 'connect'>;

type TypesOf<B extends AnyConnection> = NonNullable<B['~types']>;

/** What the holder of a lease has of a connection, for as long as the lease lasts. */
export interface LeasedConnection<Call, R, Cast> {
  /** As `ConnectionHandle.call`; rejects with LEASE_ENDED, `not-sent`, after the end of the lease. */
  call(request: Call, options?: WaitOptions): Promise<R>;
  /** As `ConnectionHandle.cast`; throws LEASE_ENDED, `not-sent`, after the end of the lease. */
  cast(message: Cast): void;
}

/** Time for what a member is still doing when it is closed, and for its `terminate`. */
const TERMINATE_TIMEOUT_MS = 1_000;

/**
 * A source of connections of one's own. Each is started with `argument`, and must be connected to be lent; one that leaves
 * `ready` is lost and closed, and the pool decides about another one, whatever its backoff says. The signal of its start is
 * the pool's.
 */
export function connectionSource<B extends AnyConnection>(
  behaviour: BehaviourClass<B>,
  argument: TypesOf<B>['argument'],
  options: Omit<BehaviourOptions, 'signal'> = {},
  environment: Environment = systemEnvironment,
): PoolSource<HandleOf<B>, LeasedConnection<TypesOf<B>['call'], TypesOf<B>['answer'], TypesOf<B>['cast']>> {
  const { name } = resolveBehaviourOptions(options, behaviour.name, MEMBER_OPTIONS);
  return {
    name,

    async open({ signal, lost }: OpenAttempt): Promise<HandleOf<B>> {
      const start = [argument, { ...options, signal }, environment] as unknown as StartArguments<B>;
      const handle = await behaviour.connect<B>(...start);
      const tell = (cause: Error | undefined): void => lost(cause ?? lostWithoutCause(name));
      const forget = handle.onState(({ to, cause }) => {
        if (to === 'ready') return;
        forget();
        tell(cause);
      });
      if (handle.state !== 'ready') tell(undefined);
      return handle;
    },

    lend: (handle: HandleOf<B>) => new ConnectionLoan<B>(handle),

    close: (handle: HandleOf<B>): Promise<void> => handle.close({ timeoutMs: TERMINATE_TIMEOUT_MS }),
  };
}

/** One lease of a connection; its own connection, so that there is one object less for each lease. */
class ConnectionLoan<B extends AnyConnection>
  implements
    Loan<LeasedConnection<TypesOf<B>['call'], TypesOf<B>['answer'], TypesOf<B>['cast']>>,
    LeasedConnection<TypesOf<B>['call'], TypesOf<B>['answer'], TypesOf<B>['cast']>
{
  readonly #handle: HandleOf<B>;
  /** Calls that the connection may still be busy with, those whose callers have given up too. */
  #due = 0;
  #hasEnded = false;

  constructor(handle: HandleOf<B>) {
    this.#handle = handle;
  }

  get connection(): LeasedConnection<TypesOf<B>['call'], TypesOf<B>['answer'], TypesOf<B>['cast']> {
    return this;
  }

  async call(request: TypesOf<B>['call'], options?: WaitOptions): Promise<TypesOf<B>['answer']> {
    if (this.#hasEnded) throw leaseEnded('call');
    this.#due += 1;
    try {
      const answer = await this.#handle.call(request, options);
      this.#due -= 1;
      return answer;
    } catch (error) {
      if (!(error instanceof HawserError) || error.outcome !== 'unknown') this.#due -= 1;
      throw error;
    }
  }

  cast(message: TypesOf<B>['cast']): void {
    if (this.#hasEnded) throw leaseEnded('cast');
    this.#handle.cast(message);
  }

  end(): Leftover {
    this.#hasEnded = true;
    return this.#handle.state === 'ready' && this.#due === 0 ? 'clean' : 'broken';
  }
}
