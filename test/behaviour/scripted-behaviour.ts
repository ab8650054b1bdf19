import { inspect } from 'node:util';
import {
  BACKOFF,
  Connection,
  HawserError,
  TIMEOUT,
  type BehaviourOptions,
  type CallDirective,
  type ConnectDirective,
  type ConnectionHandle,
  type DisconnectDirective,
  type Environment,
  type From,
  type InitDirective,
  type MessageDirective,
  type StopReason,
} from 'hawser';
import { expect, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

type Awaitable<T> = T | Promise<T>;

/** Everything is text here, so that a story can be read. */
export type Handle = ConnectionHandle<string, string, string, string>;

/** What a scripted callback has besides its arguments. */
export interface Tools {
  readonly self: Handle;
  readonly signal: AbortSignal;
}

/** What the callbacks do. One that is left out is the library's own. */
export interface Script {
  /** Stands in front of what the story says of these callbacks. */
  readonly as?: string;
  init?(argument: string, tools: Tools): Awaitable<InitDirective<string>>;
  connect?(info: unknown, state: string, tools: Tools): Awaitable<ConnectDirective<string>>;
  disconnect?(info: unknown, state: string, tools: Tools): Awaitable<DisconnectDirective<string>>;
  handleCall?(
    request: string,
    from: From<string>,
    state: string,
    tools: Tools,
  ): Awaitable<CallDirective<string, string>>;
  handleCast?(message: string, state: string, tools: Tools): Awaitable<MessageDirective<string>>;
  handleInfo?(message: unknown, state: string, tools: Tools): Awaitable<MessageDirective<string>>;
  terminate?(reason: StopReason, state: string): Awaitable<void>;
  codeChange?(state: string): Awaitable<string>;
}

/** Writes down what happens, and that no callback begins before the one before it has ended. */
class Storyteller {
  readonly story: string[];
  #running: string | undefined;

  constructor(story: string[]) {
    this.story = story;
  }

  async tell<T>(line: string, callback: () => Awaitable<T>): Promise<T> {
    this.story.push(this.#running === undefined ? line : `${line} in the middle of ${this.#running}`);
    this.#running = line;
    try {
      return await callback();
    } finally {
      this.#running = undefined;
    }
  }
}

/** A behaviour that follows a script and tells of each callback, with its arguments. */
export class ScriptedBehaviour extends Connection<string, string, string, string, string, string> {
  readonly script: Script = {};
  readonly teller: Storyteller = new Storyteller([]);

  get #tools(): Tools {
    return { self: this.self, signal: this.signal };
  }

  override init(argument: string): Promise<InitDirective<string>> {
    return this.#tell('init', [argument], () =>
      this.script.init ? this.script.init(argument, this.#tools) : super.init(argument),
    );
  }

  override connect(info: unknown, state: string): Promise<ConnectDirective<string>> {
    return this.#tell('connect', [info, state], () =>
      this.script.connect ? this.script.connect(info, state, this.#tools) : super.connect(info, state),
    );
  }

  override disconnect(info: unknown, state: string): Promise<DisconnectDirective<string>> {
    return this.#tell('disconnect', [info, state], () =>
      this.script.disconnect
        ? this.script.disconnect(info, state, this.#tools)
        : super.disconnect(info, state),
    );
  }

  override handleCall(
    request: string,
    from: From<string>,
    state: string,
  ): Promise<CallDirective<string, string>> {
    return this.#tell('handleCall', [request, state], () =>
      this.script.handleCall
        ? this.script.handleCall(request, from, state, this.#tools)
        : super.handleCall(request, from, state),
    );
  }

  override handleCast(message: string, state: string): Promise<MessageDirective<string>> {
    return this.#tell('handleCast', [message, state], () =>
      this.script.handleCast
        ? this.script.handleCast(message, state, this.#tools)
        : super.handleCast(message, state),
    );
  }

  override handleInfo(
    message: Parameters<Connection<string, string, string, string, string, string>['handleInfo']>[0],
    state: string,
  ): Promise<MessageDirective<string>> {
    return this.#tell('handleInfo', [message, state], () =>
      this.script.handleInfo
        ? this.script.handleInfo(message, state, this.#tools)
        : super.handleInfo(message, state),
    );
  }

  override terminate(reason: StopReason, state: string): Promise<void> {
    return this.#tell('terminate', [reason, state], () =>
      this.script.terminate ? this.script.terminate(reason, state) : super.terminate(reason, state),
    );
  }

  override codeChange(previous: ScriptedBehaviour, state: string): Promise<string> {
    return this.#tell('codeChange', [state], () =>
      this.script.codeChange ? this.script.codeChange(state) : super.codeChange(previous, state),
    );
  }

  #tell<T>(name: string, values: readonly unknown[], callback: () => Awaitable<T>): Promise<T> {
    const { as = '' } = this.script;
    return this.teller.tell(`${as}${name}(${values.map(shown).join(', ')})`, callback);
  }
}

/** Answers every call and keeps its state at every message. */
export const ANSWERING: Script = {
  handleCall: (_, __, state) => ({ do: 'reply', value: 'pong', state }),
  handleCast: (_, state) => ({ do: 'no-reply', state }),
  handleInfo: (_, state) => ({ do: 'no-reply', state }),
};

/** How a call ended; neither is there while it has not. */
export interface Asked {
  value?: string;
  error?: HawserError;
}

/** Where a connection can stand when a message comes. */
export const STANDINGS = ['idle', 'backing-off', 'ready'] as const;
export type Standing = (typeof STANDINGS)[number];

/** How long the backoff of {@link BehaviourWorld.startIn} is. */
export const STANDING_BACKOFF_MS = 1_000;

/** A way into `connect`: what leads there, with what it is called, and when. */
export interface Path {
  readonly init: () => InitDirective<string>;
  readonly info: string;
  readonly atMs: number;
}

/** The two that the original's suite tells apart. */
export const PATHS: readonly (readonly [name: string, path: Path])[] = [
  ['init', { init: () => ({ do: 'connect', info: 'first', state: 'old' }), info: 'first', atMs: 0 }],
  ['backoff', { init: () => ({ do: 'backoff', afterMs: 20, state: 'old' }), info: 'BACKOFF', atMs: 20 }],
];

/** The two ways in which a callback fails. */
export const FAILURES: readonly (readonly [name: string, fail: (error: unknown) => Promise<never>])[] = [
  [
    'throws',
    (error) => {
      throw error;
    },
  ],
  ['rejects with', (error) => Promise.reject(error)],
];

const BEGINNINGS: { readonly [standing in Standing]: InitDirective<string> } = {
  idle: { do: 'ok', state: 'old' },
  'backing-off': { do: 'backoff', afterMs: STANDING_BACKOFF_MS, state: 'old' },
  ready: { do: 'connect', info: 'before', state: 'older' },
};

/** The script, after a first connect that succeeds. */
function connectedOnce(script: Script): Script {
  let isConnected = false;
  return {
    ...script,
    connect: (info, state, tools) => {
      if (isConnected) return script.connect!(info, state, tools);
      isConnected = true;
      return { do: 'ok', state: 'old' };
    },
  };
}

/**
 * Behaviours in virtual time, and the story of what they did: a line for each callback with its arguments, and for
 * each call that ended. When the test is over they are closed, and no timer may be left.
 */
export class BehaviourWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly story: string[] = [];
  /** What the process was warned of. */
  readonly warnings: Error[] = [];
  readonly #teller = new Storyteller(this.story);
  readonly #handles: Handle[] = [];

  constructor() {
    const usual = process.listeners('warning');
    process.removeAllListeners('warning').on('warning', (warning) => this.warnings.push(warning));
    onTestFinished(async () => {
      await this.#end();
      process.removeAllListeners('warning');
      for (const listener of usual) process.on('warning', listener);
    });
  }

  /** The class of those who follow the script. */
  behaviour(script: Script): typeof ScriptedBehaviour {
    const teller = this.#teller;
    return class extends ScriptedBehaviour {
      override readonly script = script;
      override readonly teller = teller;
    };
  }

  /** This world, in which chance is always one half. */
  get environment(): Environment {
    const dial = (): Promise<never> => Promise.reject(new Error('a behaviour opens its own transports'));
    return { clock: this.clock, random: () => 0.5, dial };
  }

  /** As `Connection.start`. */
  start(script: Script, options: BehaviourOptions = {}, argument: string = 'argument'): Promise<Handle> {
    return this.#begin('start', script, options, argument);
  }

  /** As `Connection.connect`. */
  connect(script: Script, options: BehaviourOptions = {}): Promise<Handle> {
    return this.#begin('connect', script, options, 'argument');
  }

  /** A connection that stands there in the state `old`. What happened before is no part of the story. */
  async startIn(standing: Standing, script: Script, options: BehaviourOptions = {}): Promise<Handle> {
    const begun: Script = { ...script, init: () => BEGINNINGS[standing] };
    const handle = await this.start(standing === 'ready' ? connectedOnce(begun) : begun, options);
    await this.clock.settle();
    expect(handle.state).toBe(standing);
    this.story.length = 0;
    return handle;
  }

  /** How a start fails. */
  async startError(script: Script, options: BehaviourOptions = {}): Promise<HawserError> {
    const error = await this.start(script, options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(HawserError);
    return error as HawserError;
  }

  /** Makes a call; the story tells how it ended. */
  ask(handle: Handle, request: string, options?: Parameters<Handle['call']>[1]): Asked {
    const asked: Asked = {};
    handle.call(request, options).then(
      (value) => {
        asked.value = value;
        this.story.push(`${request} answered: ${value}`);
      },
      (error: HawserError) => {
        asked.error = error;
        this.story.push(`${request} failed: ${error.code} ${error.outcome}`);
      },
    );
    return asked;
  }

  /** For a callback that takes its time. */
  takes(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(resolve, ms));
  }

  async #begin(
    how: 'start' | 'connect',
    script: Script,
    options: BehaviourOptions,
    argument: string,
  ): Promise<Handle> {
    const begun = this.behaviour(script)[how](argument, options, this.environment);
    const handle = await this.clock.waitFor(begun);
    this.#handles.push(handle);
    return handle;
  }

  async #end(): Promise<void> {
    for (const handle of this.#handles) await this.clock.waitFor(handle.close({ timeoutMs: 1_000 }));
    expect(this.clock.describeTimers()).toEqual([]);
  }
}

/** A value as the story tells it. */
function shown(value: unknown): string {
  if (value === BACKOFF) return 'BACKOFF';
  if (value === TIMEOUT) return 'TIMEOUT';
  if (value instanceof HawserError) return value.code;
  if (value instanceof Error) return String(value);
  return typeof value === 'string' ? value : inspect(value);
}
