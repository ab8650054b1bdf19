import { HawserError, type ConnectionHandle } from 'hawser';
import type { SimulatedWorld } from 'hawser/testing';
import type { Simulation } from '../../simulation/simulation.ts';
import { withoutWarnings } from '../../simulation/warnings.ts';
import { anyBehaviour, Diary } from './any-behaviour.ts';

const MESSAGES = 60;
const CLOSE_LIMIT_MS = 100;

type Handle = ConnectionHandle<number, number, number, string>;

/** The connection of one seed, and those who use it. */
class BehaviourScenario {
  readonly diary: Diary;
  readonly broken: string[] = [];
  /** What became of each call. */
  readonly fates = new Map<number, string>();
  readonly #world: SimulatedWorld;
  readonly #calls: Promise<void>[] = [];
  #sent = 0;

  constructor(world: SimulatedWorld) {
    this.#world = world;
    this.diary = new Diary(world.clock, world.random.fork());
  }

  async run(): Promise<void> {
    const options = {
      timeoutMs: 200,
      whenDisconnected: this.diary.one('handle' as const, 'fail' as const),
      maxMailbox: this.diary.one(3, 100),
      backoff: { baseMs: 10, capMs: 100 },
    };
    const dial = (): Promise<never> => Promise.reject(new Error('a behaviour opens its own transports'));
    const environment = { ...this.#world.environment, dial };
    const behaviour = anyBehaviour(this.diary);
    const handle = await behaviour.start(0, options, environment).catch(() => undefined);
    if (handle === undefined) return;
    handle.onState(() => {
      if (this.diary.chance(0.1)) handle.retryNow();
      if (this.diary.chance(0.005)) void handle.close({ timeoutMs: 20 });
    });
    for (let step = 0; step < MESSAGES; step += 1) {
      await this.#doSomething(handle, behaviour);
      await this.#world.pause(0);
      this.#lookForStandstill(handle);
    }
    await this.#close(handle);
  }

  async #doSomething(handle: Handle, behaviour: Parameters<Handle['upgrade']>[0]): Promise<void> {
    const { diary } = this;
    switch (diary.one('call', 'call', 'call', 'tell', 'time', 'time', 'retry', 'wire', 'wire', 'upgrade')) {
      case 'call':
        return this.#call(handle);
      case 'tell':
        return this.#tell(handle);
      case 'time':
        return this.#world.pause(diary.one(1, 5, 20));
      case 'retry':
        return handle.retryNow();
      case 'wire':
        return this.#speak();
      case 'upgrade':
        void handle.upgrade(behaviour, { timeoutMs: 30 }).catch(() => undefined);
    }
  }

  #call(handle: Handle): void {
    const { clock } = this.diary;
    const timeoutMs = this.diary.one(0, 5, 50, 200);
    const caller = new AbortController();
    if (this.diary.chance(0.2)) clock.setTimer(() => caller.abort(), this.diary.one(0, 3, 30));
    const number = (this.#sent += 1);
    const began = clock.now();
    const recorded = this.#world.history.begin({
      caller: 'caller',
      what: `call ${number}`,
      timeoutMs,
    });
    const settled = (fate: string): void => {
      this.fates.set(number, fate);
      if (clock.now() - began > timeoutMs) this.broken.push(`call ${number}: late, ${fate}`);
    };
    this.#calls.push(
      handle.call(number, { timeoutMs, signal: caller.signal }).then(
        (value) => {
          recorded.ok(value);
          settled(value === number || value === 0 ? 'answered' : `answered with ${value}`);
        },
        (error: unknown) => {
          recorded.failed(error);
          settled(error instanceof HawserError ? `${error.code} ${error.outcome}` : 'foreign');
        },
      ),
    );
  }

  #tell(handle: Handle): void {
    try {
      if (this.diary.chance(0.5)) handle.cast((this.#sent += 1));
      else for (let count = 0; count < 5; count += 1) handle.info('info');
    } catch (error) {
      if (!(error instanceof HawserError) || error.outcome !== 'not-sent') this.broken.push(String(error));
    }
  }

  #speak(): void {
    const wire = this.diary.wires.at(-1);
    if (wire === undefined || wire.destroyed || wire.readableEnded) return;
    if (this.diary.chance(0.7)) for (let count = 0; count < 30; count += 1) wire.push('data');
    else if (this.diary.chance(0.5)) wire.destroy(new Error('reset'));
    else wire.destroy();
  }

  /** What waits while nothing runs waits for ever, and so does an attempt that nobody makes. */
  #lookForStandstill(handle: Handle): void {
    const { state, waiting, callback } = handle.explain();
    if (state === 'closed' || this.diary.isRunning || callback !== undefined) return;
    if (waiting > 0) this.broken.push(`${waiting} messages wait for nothing`);
    if (state === 'connecting') this.broken.push('an attempt is not made');
  }

  async #close(handle: Handle): Promise<void> {
    const { clock, handled, wires, terminations, faults } = this.diary;
    const began = clock.now();
    await handle.close({ timeoutMs: CLOSE_LIMIT_MS });
    if (clock.now() - began > CLOSE_LIMIT_MS) this.broken.push('close was late');
    const handledThen = handled.length;
    await Promise.all(this.#calls);
    await this.#world.pause(1_000);
    if (handled.length > handledThen) this.broken.push('a message was handled after the end');
    if (handled.some((number, index) => index > 0 && number <= handled[index - 1]!)) {
      this.broken.push('messages were not handled once and in their order');
    }
    if (wires.some((wire) => !wire.destroyed)) this.broken.push('a socket is left');
    if (clock.pendingTimers > 0) this.broken.push(...clock.describeTimers());
    const { state, waiting, unanswered, sockets } = handle.explain();
    if (state !== 'closed' || waiting + unanswered + sockets > 0) this.broken.push('something is left');
    if (this.diary.terminations !== 1) this.broken.push(`terminate was called ${terminations} times`);
    for (const [number, fate] of this.fates) {
      const wasHandled = handled.includes(number);
      if (wasHandled === fate.endsWith('not-sent'))
        this.broken.push(`call ${number}: ${fate}, handled: ${wasHandled}`);
    }
    this.broken.push(...faults);
  }
}

/** A behaviour that does anything it may, used by callers who do. */
export const behaviourSimulation: Simulation = {
  name: 'behaviour',
  folder: 'test/behaviour/simulation',
  seeds: 2_000,
  commonFates: [
    'ok',
    'ABORTED not-sent',
    'ABORTED unknown',
    'CLOSED not-sent',
    'CLOSED unknown',
    'CONNECTION_LOST unknown',
    'DEADLINE not-sent',
    'DEADLINE unknown',
    'NOT_CONNECTED not-sent',
    'OVERLOADED not-sent',
  ],
  async scenario(world) {
    const scenario = new BehaviourScenario(world);
    await withoutWarnings(() => scenario.run());
    world.check(scenario.broken);
  },
};
