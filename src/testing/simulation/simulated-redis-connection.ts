import { inspect } from 'node:util';
import type { Clock, Timer } from '../../core/index.ts';
import type { CommandContext, ReceivedCommand, RedisSession } from './redis-command-spec.ts';
import { WRONG_PASSWORD, runCommand, unknownCommand } from './simulated-redis-commands.ts';
import { checkRange } from '../check-numbers.ts';
import { CommandParser, WireViolation, isBytes, resp, toBuffer, type Bytes } from '../resp-wire.ts';
import type { ByteDuplex } from '../byte-duplex.ts';
import { DELAY_MS_MAX } from './network-conditions.ts';

/** What the server does about one command. */
export type SimulatedRedisAnswer =
  /** Nothing, now or later: the next reply on the connection is that to the next command. */
  | 'silence'
  /** Ends or resets the connection. */
  | 'end'
  | 'reset'
  /**
   * These bytes exactly, after `afterMs` (default 0), in which later commands of the connection wait; then ends or
   * resets the connection if `afterwards` says so.
   */
  | { readonly bytes: Bytes; readonly afterMs?: number; readonly afterwards?: 'end' | 'reset' };

/** One command, for a handler to answer. */
export interface SimulatedRedisCall {
  readonly command: ReceivedCommand;
  readonly connection: SimulatedRedisConnection;
  /** How often this handler was called, this time included. */
  readonly count: number;
  /** Runs the command as usual, with its effect, and returns the usual reply for the handler to send or to withhold. */
  run(): Buffer;
}

/** Decides what happens to a command; `undefined` leaves it to be run and answered as usual. */
export type SimulatedRedisHandler = (call: SimulatedRedisCall) => SimulatedRedisAnswer | undefined;

/**
 * How a connection behaves as a whole.
 *
 * - `normal`
 * - `refuse-auth`: AUTH, and HELLO with AUTH, are answered with WRONGPASS.
 * - `loading`: everything is answered with LOADING.
 * - `no-hello`: HELLO is an unknown command, as before Redis 6.
 * - `silent`: commands are read and recorded, and neither run nor answered.
 * - `end`, `reset`: ended or reset as soon as it is accepted.
 * - `raw`: the first bytes that arrive are answered with these, as by something that is no Redis; then it is silent.
 * - a handler: asked about every command before those given to `SimulatedRedis.on`.
 */
export type SimulatedRedisBehaviour =
  | 'normal'
  | 'refuse-auth'
  | 'loading'
  | 'no-hello'
  | 'silent'
  | 'end'
  | 'reset'
  | { readonly raw: Bytes }
  | SimulatedRedisHandler;

/** What a connection needs from its server. */
export interface RedisConnectionGround {
  readonly clock: Clock;
  readonly number: number;
  readonly behaviour: SimulatedRedisBehaviour;
  readonly context: (connection: SimulatedRedisConnection) => CommandContext;
  readonly handler: (
    name: string,
  ) => ((call: Omit<SimulatedRedisCall, 'count'>) => SimulatedRedisAnswer | undefined) | undefined;
  readonly received: (command: ReceivedCommand) => void;
  readonly violated: (violation: WireViolation) => void;
}

/** One connection of a {@link SimulatedRedis}. */
export class SimulatedRedisConnection {
  /** 1 for the first one that the server accepted. */
  readonly number: number;
  readonly session: RedisSession;
  /** The commands that came on it. */
  readonly commands: ReceivedCommand[] = [];
  readonly #ground: RedisConnectionGround;
  readonly #duplex: ByteDuplex;
  readonly #parser = new CommandParser();
  readonly #waiting: ReceivedCommand[] = [];
  /** While it is set, an answer is delayed. */
  #delay: Timer | undefined;
  /** What is to be sent behind the reply that is due. */
  readonly #behind: Bytes[] = [];
  #decided = 0;
  #isOpen = true;

  constructor(ground: RedisConnectionGround, duplex: ByteDuplex, session: RedisSession) {
    this.number = ground.number;
    this.session = session;
    this.#ground = ground;
    this.#duplex = duplex;
    duplex.onBytes((bytes) => this.#receive(bytes));
    duplex.onClosed((ending) => this.#clientLeft(ending));
    if (ground.behaviour === 'end') this.end();
    if (ground.behaviour === 'reset') this.reset();
  }

  /** Neither side has ended it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** An answer is delayed, and with it those behind it. */
  get isDelayed(): boolean {
    return this.#delay !== undefined;
  }

  /** Sends bytes that answer nothing: push messages, replies out of turn, garbage. */
  send(bytes: Bytes): void {
    if (this.#isOpen) this.#duplex.send(toBuffer(bytes));
  }

  /** As `send`, behind an answer that is delayed. */
  sendInTurn(bytes: Bytes): void {
    if (this.isDelayed) this.#behind.push(bytes);
    else this.send(bytes);
  }

  /** As `send`, behind the reply to the command that is being run. */
  sendBehindReply(bytes: Bytes): void {
    this.#behind.push(bytes);
  }

  /** Ends the stream behind what was sent; commands that wait are not run. */
  end(): void {
    this.#leave();
    this.#duplex.end();
  }

  /** Tears the stream; commands that wait are not run. */
  reset(): void {
    this.#leave();
    this.#duplex.reset();
  }

  #leave(): void {
    this.#isOpen = false;
    this.#waiting.length = 0;
    if (this.#delay !== undefined) this.#ground.clock.clearTimer(this.#delay);
    this.#delay = undefined;
  }

  /** A server reads all that came before the end of the stream; a reset takes it away. */
  #clientLeft(ending: 'ended' | 'reset'): void {
    if (!this.#isOpen) return;
    const left = ending === 'ended' ? this.#waiting.splice(0) : [];
    this.#leave();
    for (const command of left) this.#decide(command);
    this.#duplex.end();
  }

  #receive(bytes: Buffer): void {
    const { behaviour } = this.#ground;
    if (!this.#isOpen) return;
    if (typeof behaviour === 'object') {
      if (this.commands.length === 0) this.send(behaviour.raw);
      this.#note([Buffer.from('RAW'), bytes]);
      return;
    }
    try {
      for (const words of this.#parser.push(bytes)) this.#waiting.push(this.#note(words));
      this.#process();
    } catch (error) {
      if (!(error instanceof WireViolation)) throw error;
      this.#process();
      this.#ground.violated(error);
      this.send(resp.error(`ERR Protocol error: ${error.message}`));
      this.end();
    }
  }

  #note(words: readonly Buffer[]): ReceivedCommand {
    const [name = '', ...args] = words;
    const command: ReceivedCommand = {
      connection: this.number,
      atMs: this.#ground.clock.now(),
      name: name.toString().toUpperCase(),
      args,
      text: words.map(String).join(' '),
    };
    this.commands.push(command);
    this.#ground.received(command);
    return command;
  }

  #process(): void {
    while (this.#delay === undefined) {
      const command = this.#waiting.shift();
      if (command === undefined) return;
      this.#carryOut(this.#decide(command));
    }
  }

  #decide(command: ReceivedCommand): SimulatedRedisAnswer {
    const { behaviour } = this.#ground;
    const run = (): Buffer => runCommand(this.#ground.context(this), command);
    const call = { command, connection: this, run };
    this.#decided += 1;
    return (
      behaviourAnswer(behaviour, { ...call, count: this.#decided }) ??
      this.#ground.handler(command.name)?.(call) ?? { bytes: run() }
    );
  }

  #carryOut(answer: SimulatedRedisAnswer): void {
    checkAnswer(answer);
    if (answer === 'silence') {
      for (const each of this.#behind.splice(0)) this.send(each);
      return;
    }
    if (answer === 'end' || answer === 'reset') {
      this[answer]();
      return;
    }
    const { bytes, afterMs = 0, afterwards } = answer;
    const finish = (): void => {
      this.send(bytes);
      for (const each of this.#behind.splice(0)) this.send(each);
      if (afterwards !== undefined) this[afterwards]();
    };
    if (afterMs === 0) {
      finish();
      return;
    }
    this.#delay = this.#ground.clock.setTimer(() => {
      this.#delay = undefined;
      finish();
      this.#process();
    }, afterMs);
  }
}

/** The behaviours that have a name. */
const NAMED_BEHAVIOURS = ['normal', 'refuse-auth', 'loading', 'no-hello', 'silent', 'end', 'reset'] as const;

/** Throws a TypeError for what is no behaviour. */
export function checkBehaviour(behaviour: SimulatedRedisBehaviour): void {
  if (typeof behaviour === 'function' || NAMED_BEHAVIOURS.some((name) => name === behaviour)) return;
  if (isBytes(Object(behaviour).raw)) return;
  throw new TypeError(
    `a connection behaves as one of ${NAMED_BEHAVIOURS.join(', ')}, as { raw } or as a handler says, not as ${shown(behaviour)}`,
  );
}

function checkAnswer(answer: SimulatedRedisAnswer): void {
  if (answer === 'silence' || answer === 'end' || answer === 'reset') return;
  if (!isBytes(Object(answer).bytes)) {
    throw new TypeError(
      `a handler answers 'silence', 'end', 'reset', { bytes } or undefined, not ${shown(answer)}`,
    );
  }
  checkRange('an answer of a handler', 'afterMs', answer.afterMs ?? 0, 0, DELAY_MS_MAX);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity });
}

function behaviourAnswer(
  behaviour: SimulatedRedisBehaviour,
  call: SimulatedRedisCall,
): SimulatedRedisAnswer | undefined {
  if (typeof behaviour === 'function') return behaviour(call);
  const { name, args } = call.command;
  if (behaviour === 'silent') return 'silence';
  if (behaviour === 'loading') return { bytes: resp.error('LOADING Redis is loading the dataset in memory') };
  if (behaviour === 'no-hello' && name === 'HELLO') return { bytes: unknownCommand(call.command) };
  const isAuthentication =
    name === 'AUTH' || (name === 'HELLO' && args.some((word) => /^auth$/i.test(word.toString())));
  if (behaviour === 'refuse-auth' && isAuthentication) return { bytes: WRONG_PASSWORD };
  return undefined;
}
