import type { Duplex } from 'node:stream';
import { systemEnvironment, type Environment } from '../environment.ts';
import { HawserError } from '../machine/index.ts';
import { resolveBehaviourOptions, type BehaviourOptions } from './behaviour-options.ts';
import type { Context } from './callbacks.ts';
import { answerCaller, refuseCaller, type From } from './calls.ts';
import type { ConnectionHandle } from './connection-handle.ts';
import type {
  CallDirective,
  ConnectDirective,
  DisconnectDirective,
  InitDirective,
  MessageDirective,
  StopReason,
  TIMEOUT,
} from './directives.ts';
import { Manager } from './manager.ts';
import type { SocketMessage } from './owned-sockets.ts';

/** What a callback returns: a value now or later. */
export type Awaitable<T> = T | Promise<T>;

/** The types of a behaviour. */
interface Types<Call, R, Cast, Info, Argument> {
  readonly call: Call;
  readonly answer: R;
  readonly cast: Cast;
  readonly info: Info;
  readonly argument: Argument;
}

/** Any {@link Connection}. */
export type AnyConnection = Connection<unknown, unknown, unknown, unknown, unknown, unknown>;

type TypesOf<B extends AnyConnection> = NonNullable<B['~types']>;

/** The handle of a behaviour. */
export type HandleOf<B extends AnyConnection> = ConnectionHandle<
  TypesOf<B>['call'],
  TypesOf<B>['answer'],
  TypesOf<B>['cast'],
  TypesOf<B>['info']
>;

/** What a behaviour is started with. The argument may be left out where its type allows `undefined`. */
export type StartArguments<B extends AnyConnection> = undefined extends TypesOf<B>['argument']
  ? [argument?: TypesOf<B>['argument'], options?: BehaviourOptions, environment?: Environment]
  : [argument: TypesOf<B>['argument'], options?: BehaviourOptions, environment?: Environment];

/**
 * A connection of one's own, to anything one can connect to: a class that says how to connect and what to do with
 * messages. Hawser calls it, one callback at a time, waits and retries.
 *
 * `S` is the state that callbacks pass on; `Call`, `Cast` and `Info` are what it is asked and told, `R` is what it answers,
 * and `Argument` is what `init` gets. A callback may be async: the next message waits for it. What it throws ends the
 * connection, with the state from before it.
 */
export abstract class Connection<
  S,
  Call = unknown,
  R = unknown,
  Cast = unknown,
  Info = unknown,
  Argument = S,
> {
  /** Only the compiler sees it. */
  declare readonly '~types'?: Types<Call, R, Cast, Info, Argument>;
  #context: Context | undefined;

  /**
   * Starts this behaviour and resolves when `init` has returned: what is available then is the manager, which never
   * waits for the network. When `init` said `ignore`, the handle is of a connection that is closed.
   *
   * Rejects with CLOSED, whose cause is the reason, when `init` stops, throws or returns no directive; with DEADLINE when
   * it takes longer than `timeoutMs`, with ABORTED when the signal fires, and with INVALID_OPTION.
   */
  static async start<B extends AnyConnection>(
    this: new () => B,
    ...[argument, options, environment]: StartArguments<B>
  ): Promise<HandleOf<B>> {
    const manager = managerOf(this, 'start', options, environment);
    await manager.start(argument);
    return manager.handle;
  }

  /**
   * As {@link Connection.start}, and resolves when the connection is available: when `connect` has returned `ok` for the
   * first time. Rejects also with CONNECT_FAILED, whose cause is the directive's, when its first attempt backs off, with
   * CLOSED when it stops, and with CONNECT_TIMEOUT when all that takes longer than `timeoutMs`. It is closed then.
   */
  static async connect<B extends AnyConnection>(
    this: new () => B,
    ...[argument, options, environment]: StartArguments<B>
  ): Promise<HandleOf<B>> {
    const manager = managerOf(this, 'connect', options, environment);
    await manager.start(argument);
    return manager.handle;
  }

  /**
   * Answers a call, from anywhere, at any time; with a promise, when that is settled. Returns whether the caller was still
   * there: one that has been answered or has failed is let be. To be looked at where what is handed out has to come back.
   */
  static reply<R>(from: From<R>, value: NoInfer<R>): boolean {
    return answerCaller(from, value);
  }

  /**
   * Fails a call, from anywhere, at any time, with whatever was caught: with a HawserError as it is; with REFUSED, whose
   * cause is `error`, where that is another. Returns as `reply` does.
   */
  static refuse(from: From<unknown>, error: unknown): boolean {
    return refuseCaller(from, error);
  }

  /** Called first. By default the argument is the state, and it does not connect. */
  init(argument: Argument): Awaitable<InitDirective<S>> {
    return { do: 'ok', state: argument as unknown as S };
  }

  /**
   * Connects, for whichever of `init`, `disconnect` and the handlers said so, with the `info` of that directive, or with
   * `BACKOFF` when the wait of a backoff is over. No message is handled before it has returned. By default it throws.
   */
  connect(_info: unknown, _state: S): Awaitable<ConnectDirective<S>> {
    throw missing('connect');
  }

  /** Disconnects, because a handler said so: never when the connection ends. By default it throws. */
  disconnect(_info: unknown, _state: S): Awaitable<DisconnectDirective<S>> {
    throw missing('disconnect');
  }

  /** Answers a call, or keeps `from` to answer it later. By default it throws. */
  handleCall(_request: Call, _from: From<R>, _state: S): Awaitable<CallDirective<S, R>> {
    throw missing('handleCall');
  }

  /** Takes a message to which there is no answer. By default it throws. */
  handleCast(_message: Cast, _state: S): Awaitable<MessageDirective<S>> {
    throw missing('handleCast');
  }

  /** Takes what comes from elsewhere: from an owned socket, from a timeout, from `info`. By default it is ignored. */
  handleInfo(_message: Info | SocketMessage | typeof TIMEOUT, state: S): Awaitable<MessageDirective<S>> {
    return { do: 'no-reply', state };
  }

  /**
   * Called last, once: with the state of the `stop`, or with the state from before the callback that failed. What it
   * throws takes the place of the reason. It has 5,000 ms, and within a `close` no longer than that. By default it does nothing.
   */
  terminate(_reason: StopReason, _state: S): Awaitable<void> {}

  /** Makes this behaviour's state of that of the one which it replaces. By default it is kept as it is. */
  codeChange(_previous: AnyConnection, state: unknown): Awaitable<S> {
    return state as S;
  }

  /** Fires when the connection is closing, for what a callback waits for. */
  protected get signal(): AbortSignal {
    return this.#attached.signal;
  }

  /** The handle of this connection. */
  protected get self(): ConnectionHandle<Call, R, Cast, Info> {
    return this.#attached.self as ConnectionHandle<Call, R, Cast, Info>;
  }

  /**
   * Takes a socket over: its data, its end and its error come to `handleInfo` as {@link SocketMessage}, until the
   * connection connects or disconnects the next time, or ends. It is destroyed then, and nothing of it comes any more.
   *
   * `active: false` leaves its data to whoever reads it: only that it has failed or is closed comes then.
   */
  protected own(socket: Duplex, { active = true }: { readonly active?: boolean | undefined } = {}): void {
    this.#attached.own(socket, active);
  }

  /** For what runs the behaviour, which gives it the connection that it is for. */
  '~attach'(context: Context): void {
    this.#context = context;
  }

  get #attached(): Context {
    if (this.#context !== undefined) return this.#context;
    throw new HawserError(
      'INVALID_ARGUMENT',
      'signal, self and own are for callbacks, not for the constructor',
      {
        outcome: 'not-sent',
      },
    );
  }
}

function managerOf(
  behaviour: new () => AnyConnection,
  wants: 'start' | 'connect',
  options: BehaviourOptions | undefined,
  environment: Environment = systemEnvironment,
): Manager {
  return new Manager(
    behaviour,
    wants,
    resolveBehaviourOptions(options, behaviour.name || 'Connection'),
    environment,
  );
}

function missing(callback: string): HawserError {
  return new HawserError('INVALID_ARGUMENT', `the behaviour has no ${callback}`, {
    outcome: 'not-sent',
    command: callback,
  });
}
