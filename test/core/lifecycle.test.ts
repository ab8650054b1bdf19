import { describe, expect, test } from 'vitest';
import { Lifecycle, TRANSITIONS_KEPT, type Transition } from '../../src/core/lifecycle.ts';
import type { ConnectionEvent } from '../../src/core/machine/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

const CAUSE = new Error('gone');

/** A lifecycle that notes what it does to the world. */
class Life {
  readonly clock = new VirtualClock();
  readonly deeds: string[] = [];
  /** What the world does when told to do something. */
  readonly reactions = new Map<string, ConnectionEvent>();
  readonly lifecycle: Lifecycle;

  constructor(endpoints: number = 1) {
    const policy = {
      endpoints,
      backoff: { baseMs: 100, capMs: 10_000 },
      slowRetryMs: 30_000,
      provenAfterMs: 10_000,
      reconnects: true,
    };
    this.lifecycle = new Lifecycle(this.clock, () => 0.5, policy, {
      dial: (epoch, endpoint) => this.#note(`dial ${epoch} at ${endpoint}`),
      handshake: (epoch) => this.#note(`handshake ${epoch}`),
      tearDown: (cause) => this.#note(`tear down: ${cause?.message}`),
      changed: ({ from, to }: Transition) => this.#note(`${from.name} -> ${to.name}`),
    });
  }

  take(
    ...types: readonly ('connect' | 'opened' | 'handshaken' | 'proven' | 'lost' | 'drain' | 'close')[]
  ): this {
    const { lifecycle } = this;
    for (const type of types) {
      const { epoch } = lifecycle.state;
      if (type === 'connect' || type === 'drain') lifecycle.dispatch({ type });
      else if (type === 'close') lifecycle.dispatch({ type, cause: CAUSE });
      else lifecycle.dispatch({ type, epoch, cause: CAUSE });
    }
    return this;
  }

  #note(deed: string): void {
    this.deeds.push(deed);
    const reaction = this.reactions.get(deed);
    if (reaction !== undefined) this.lifecycle.dispatch(reaction);
  }
}

describe('Lifecycle', () => {
  test('does what the machine decides, and tells of the change when that is done', () => {
    const life = new Life().take('connect', 'opened', 'handshaken', 'lost');
    expect(life.deeds).toEqual([
      'dial 1 at 0',
      'idle -> connecting',
      'handshake 1',
      'connecting -> handshaking',
      'handshaking -> ready',
      'tear down: gone',
      'ready -> backing-off',
    ]);
  });

  test('retries by itself, when the wait is over', async () => {
    const life = new Life().take('connect', 'lost');
    expect(life.clock.pendingTimers).toBe(1);
    await life.clock.advance(49);
    expect(life.lifecycle.state.name).toBe('backing-off');
    await life.clock.advance(1);
    expect(life.lifecycle.state).toMatchObject({ name: 'connecting', epoch: 2 });
    expect(life.clock.pendingTimers).toBe(0);
  });

  test('goes on for ever', async () => {
    const life = new Life();
    life.reactions.set('idle -> connecting', { type: 'lost', epoch: 1, cause: CAUSE });
    for (let epoch = 2; epoch <= 500; epoch += 1) {
      life.reactions.set(`dial ${epoch} at 0`, { type: 'lost', epoch, cause: CAUSE });
    }
    life.take('connect');
    await life.clock.advance(500 * 10_000);
    expect(life.lifecycle.state).toMatchObject({ name: 'connecting', epoch: 501, failures: { count: 500 } });
  });

  test.each<[string, ConnectionEvent]>([
    ['connect', { type: 'connect' }],
    ['close', { type: 'close', cause: undefined }],
    ['drain', { type: 'drain' }],
    ['disconnect', { type: 'disconnect', cause: undefined, retryInMs: undefined }],
  ])('a wait that %s ends leaves no timer', async (_, event) => {
    const life = new Life().take('connect', 'lost');
    life.lifecycle.dispatch(event);
    const { state } = life.lifecycle;
    expect(life.clock.pendingTimers).toBe(0);
    await life.clock.advance(60_000);
    expect(life.lifecycle.state).toBe(state);
  });

  test('a wait that replaces another has the only timer', async () => {
    const life = new Life().take('connect', 'lost');
    life.lifecycle.dispatch({ type: 'disconnect', cause: undefined, retryInMs: 5_000 });
    expect(life.clock.pendingTimers).toBe(1);
    await life.clock.advance(4_999);
    expect(life.lifecycle.state.name).toBe('backing-off');
    await life.clock.advance(1);
    expect(life.lifecycle.state.name).toBe('connecting');
  });

  test('a wait without end needs no timer', () => {
    const life = new Life().take('connect');
    life.lifecycle.dispatch({ type: 'disconnect', cause: undefined, retryInMs: Infinity });
    expect([life.lifecycle.state.name, life.clock.pendingTimers]).toEqual(['backing-off', 0]);
  });

  test('what happens while it acts is taken up when the step is over', () => {
    const life = new Life(2);
    life.reactions.set('dial 1 at 0', { type: 'lost', epoch: 1, cause: CAUSE });
    life.reactions.set('tear down: gone', { type: 'close', cause: undefined });
    life.take('connect');
    expect(life.deeds).toEqual([
      'dial 1 at 0',
      'idle -> connecting',
      'tear down: gone',
      'dial 2 at 1',
      'connecting -> connecting',
      'tear down: undefined',
      'connecting -> closed',
    ]);
  });

  test('an event that changes nothing is not told of', () => {
    const life = new Life().take('connect', 'opened', 'handshaken');
    const before = life.deeds.length;
    life.take('connect', 'handshaken', 'opened');
    expect(life.deeds).toHaveLength(before);
  });

  test('a proof is remembered, but is no change of state', () => {
    const life = new Life().take('connect', 'lost', 'connect', 'opened', 'handshaken');
    const before = life.deeds.length;
    life.take('proven');
    expect(life.lifecycle.state).toMatchObject({ name: 'ready', failures: undefined });
    expect(life.deeds).toHaveLength(before);
  });

  test('remembers the last changes and when they were, and no more than it should', async () => {
    const life = new Life();
    for (let count = 0; count < 30; count += 1) {
      life.take('connect', 'lost');
      await life.clock.advance(1);
    }
    const { transitions } = life.lifecycle;
    expect(transitions).toHaveLength(TRANSITIONS_KEPT);
    expect(transitions.at(-1)).toMatchObject({
      from: { name: 'connecting' },
      to: { name: 'backing-off' },
      at: 29,
    });
    expect(transitions[0]!.at).toBe(20);
  });
});
