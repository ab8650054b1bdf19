import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Slot, SlotQueue, type SlotPhase } from '../../src/core/machine/index.ts';

interface Request {
  readonly name: string;
}

function slotOf(name: string, bytes = 1): Slot<Request> {
  return new Slot<Request>({ name }, bytes, 0, undefined, () => {});
}

function pushed(queue: SlotQueue<Request>, names: string): Slot<Request>[] {
  return Array.from(names, (name) => {
    const slot = slotOf(name);
    queue.push(slot);
    return slot;
  });
}

function handOver(queue: SlotQueue<Request>, count: number): void {
  for (let done = 0; done < count; done += 1) queue.handOver(queue.nextWaiting()!);
}

/** What a queue is worth, without the ring: the slots that are not gone, in order. */
class Model {
  live: Slot<Request>[] = [];
  readonly phases = new Map<Slot<Request>, SlotPhase>();
  answered = 0;
  handOvers = 0;

  set(slot: Slot<Request>, phase: SlotPhase): void {
    this.phases.set(slot, phase);
    if (phase === 'gone') this.live = this.live.filter((other) => other !== slot);
  }

  of(...phases: readonly SlotPhase[]): Slot<Request>[] {
    return this.live.filter((slot) => phases.includes(this.phases.get(slot)!));
  }
}

interface Command {
  readonly run: (model: Model, queue: SlotQueue<Request>) => void;
  readonly toString: () => string;
}

function command(text: string, run: Command['run']): Command {
  return { run, toString: () => text };
}

function chosen(slots: readonly Slot<Request>[], pick: number): Slot<Request> | undefined {
  return slots[pick % Math.max(1, slots.length)];
}

const pick = fc.nat(1_000);

const commands: fc.Arbitrary<Command>[] = [
  fc.nat(50).map((bytes) =>
    command(`push ${bytes} bytes`, (model, queue) => {
      const slot = slotOf('x', bytes);
      queue.push(slot);
      model.live.push(slot);
      model.phases.set(slot, 'waiting');
    }),
  ),
  fc.constant(
    command('hand over', (model, queue) => {
      const slot = queue.nextWaiting();
      expect(slot).toBe(model.of('waiting')[0]);
      if (slot === undefined) return;
      queue.handOver(slot);
      model.handOvers += 1;
      model.set(slot, 'in-flight');
      expect(slot.number).toBe(model.handOvers);
    }),
  ),
  fc.constant(
    command('answer the head', (model, queue) => {
      const slot = queue.head();
      expect(slot).toBe(model.of('in-flight', 'abandoned')[0]);
      if (slot === undefined) return;
      queue.answerHead(slot);
      model.answered += 1;
      model.set(slot, 'gone');
    }),
  ),
  pick.map((number) =>
    command(`answer number ${number}`, (model, queue) => {
      const slot = chosen(model.of('in-flight', 'abandoned'), number);
      if (slot === undefined) return;
      queue.answer(slot);
      model.answered += 1;
      model.set(slot, 'gone');
    }),
  ),
  pick.map((number) =>
    command(`release number ${number}`, (model, queue) => {
      const slot = chosen(model.live, number);
      if (slot === undefined) return;
      queue.release(slot);
      model.set(slot, model.phases.get(slot) === 'waiting' ? 'gone' : 'abandoned');
    }),
  ),
  fc.func(fc.boolean()).map((mayRepeat) =>
    command('lose the transport', (model, queue) => {
      const inFlight = model.of('in-flight');
      const repeated = inFlight.filter((slot) => mayRepeat(inFlight.indexOf(slot)));
      const abandoned = model.of('abandoned');
      const lost: [Slot<Request>, Request][] = [];
      const expected = inFlight
        .filter((slot) => !repeated.includes(slot))
        .map((slot) => [slot, slot.request]);
      queue.lose(
        (slot) => repeated.includes(slot),
        (slot, request) => lost.push([slot, request]),
      );
      expect(lost).toEqual(expected);
      for (const slot of [...abandoned, ...lost.map(([each]) => each)]) model.set(slot, 'gone');
      for (const slot of repeated) model.set(slot, 'waiting');
    }),
  ),
  fc.constant(
    command('drop what waits', (model, queue) => {
      const waiting = model.of('waiting');
      const dropped: Slot<Request>[] = [];
      queue.dropWaiting((slot, request) => {
        expect(request.name).toBe('x');
        dropped.push(slot);
      });
      expect(dropped).toEqual(waiting);
      for (const slot of dropped) model.set(slot, 'gone');
    }),
  ),
];

/** Tombstones are swept away when they are more than this and more than the slots that are not gone. */
const TOMBSTONES_MAX = 64;

function check(model: Model, queue: SlotQueue<Request>): void {
  const of = (...phases: readonly SlotPhase[]): number => model.of(...phases).length;
  expect({
    requests: queue.requests,
    unsettled: queue.unsettled,
    waiting: queue.waiting,
    inFlight: queue.inFlight,
    abandoned: queue.abandoned,
    due: queue.due,
    bytes: queue.bytes,
    answered: queue.answered,
    handOvers: queue.handOvers,
  }).toEqual({
    requests: model.live.length,
    unsettled: of('waiting', 'in-flight'),
    waiting: of('waiting'),
    inFlight: of('in-flight'),
    abandoned: of('abandoned'),
    due: of('in-flight', 'abandoned'),
    bytes: model.live.reduce((sum, slot) => sum + slot.bytes, 0),
    answered: model.answered,
    handOvers: model.handOvers,
  });
  for (const [slot, phase] of model.phases) {
    expect(slot.phase).toBe(phase);
    expect(slot.request === undefined).toBe(phase === 'gone');
  }
  expect(queue.length).toBeLessThanOrEqual(queue.requests + Math.max(TOMBSTONES_MAX, queue.requests));
}

describe('SlotQueue', () => {
  test('agrees with a plain list of slots after any sequence of commands', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...commands), { maxLength: 120 }), (sequence) => {
        const model = new Model();
        const queue = new SlotQueue<Request>();
        for (const each of sequence) {
          each.run(model, queue);
          check(model, queue);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a reply that is due to a caller who left reaches nobody else', () => {
    const queue = new SlotQueue<Request>();
    const [a, b] = pushed(queue, 'ab') as [Slot<Request>, Slot<Request>];
    handOver(queue, 2);
    queue.release(a);
    expect([a.phase, queue.abandoned, queue.unsettled]).toEqual(['abandoned', 1, 1]);
    expect(queue.head()).toBe(a);
    queue.answerHead(a);
    expect(queue.head()).toBe(b);
  });

  test('a call that left before it was handed over is passed over and owed nothing', () => {
    const queue = new SlotQueue<Request>();
    const [a, b] = pushed(queue, 'ab') as [Slot<Request>, Slot<Request>];
    queue.release(a);
    expect([queue.waiting, queue.requests, a.request]).toEqual([1, 1, undefined]);
    expect(queue.nextWaiting()).toBe(b);
    expect([queue.due, queue.inFlight]).toEqual([0, 0]);
    queue.handOver(b);
    expect(queue.head()).toBe(b);
  });

  test('what is repeated waits again in front of what was not handed over, in its old order', () => {
    const queue = new SlotQueue<Request>();
    const [a, b, c, d] = pushed(queue, 'abcd');
    handOver(queue, 3);
    queue.release(b!);
    queue.lose(
      () => true,
      () => expect.unreachable('nothing is lost'),
    );
    expect([a!.repeated, b!.repeated, c!.repeated, d!.repeated]).toEqual([true, false, true, false]);
    const order = [];
    for (let slot = queue.nextWaiting(); slot !== undefined; slot = queue.nextWaiting()) {
      queue.handOver(slot);
      order.push(slot);
    }
    expect(order).toEqual([a, c, d]);
    expect(order.map((slot) => slot.number)).toEqual([4, 5, 6]);
  });

  test('slots are told of a loss only after all of them have left', () => {
    const queue = new SlotQueue<Request>();
    pushed(queue, 'abc');
    handOver(queue, 3);
    const seen: number[] = [];
    queue.lose(
      () => false,
      () => seen.push(queue.requests, queue.bytes),
    );
    expect(seen).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('calls that leave while a long queue waits do not pile up', () => {
    const queue = new SlotQueue<Request>();
    pushed(queue, 'abc');
    for (let count = 0; count < 100_000; count += 1) {
      const slot = slotOf('x');
      queue.push(slot);
      queue.release(slot);
    }
    expect(queue.length).toBeLessThanOrEqual(3 + TOMBSTONES_MAX);
    expect([queue.requests, queue.waiting]).toEqual([3, 3]);
  });

  test('answers that come in another order do not pile up behind an oldest call that hangs', () => {
    const queue = new SlotQueue<Request>();
    const [hanging] = pushed(queue, 'a') as [Slot<Request>];
    handOver(queue, 1);
    for (let count = 0; count < 100_000; count += 1) {
      const slot = slotOf('x');
      queue.push(slot);
      handOver(queue, 1);
      queue.answer(slot);
    }
    expect(queue.length).toBeLessThanOrEqual(1 + TOMBSTONES_MAX);
    expect(queue.head()).toBe(hanging);
    expect(queue.answered).toBe(100_000);
  });

  test('numbers go by the order of hand-over and survive the sweeping of tombstones', () => {
    const queue = new SlotQueue<Request>();
    const [hanging] = pushed(queue, 'a') as [Slot<Request>];
    handOver(queue, 1);
    const passing = pushed(queue, 'x'.repeat(1_000));
    const last = pushed(queue, 'z')[0]!;
    handOver(queue, 1_001);
    for (const slot of passing) queue.answer(slot);
    expect([hanging.number, last.number, queue.handOvers]).toEqual([1, 1_002, 1_002]);
  });

  test('the peer may be silent for as long as any slot allows that a reply is due for', () => {
    const queue = new SlotQueue<Request>();
    const [first, slow, last, waiting] = [100, 9_000, 200, 50_000].map(
      (silenceMs) => new Slot<Request>({ name: 'x' }, 1, silenceMs, undefined, () => {}),
    ) as [Slot<Request>, Slot<Request>, Slot<Request>, Slot<Request>];
    for (const slot of [first, slow, last, waiting]) queue.push(slot);
    expect(queue.silenceMs).toBe(0);
    handOver(queue, 3);
    expect(queue.silenceMs).toBe(9_000);
    queue.release(slow);
    expect(queue.silenceMs).toBe(9_000);
    queue.answer(slow);
    expect(queue.silenceMs).toBe(200);
  });

  test('patience without end is over when its caller has left', () => {
    const queue = new SlotQueue<Request>();
    const slot = new Slot<Request>({ name: 'x' }, 1, Infinity, undefined, () => {});
    queue.push(slot);
    handOver(queue, 1);
    expect(queue.silenceMs).toBe(Infinity);
    queue.release(slot);
    expect(queue.silenceMs).toBe(0);
  });
});
