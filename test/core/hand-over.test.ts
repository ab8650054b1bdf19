import { expect, onTestFinished, test } from 'vitest';
import { Pipeline, type Transport } from '../../src/core/index.ts';
import type { TransportListener } from '../../src/core/transport.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { line, lines } from '../protocols/lines.ts';

/** A transport whose kernel takes everything, and a server that answers when the test says so. */
class CountingTransport implements Transport {
  readonly peer = 'peer.test:1';
  readonly hasRoom = true;
  readonly bytesAccepted = 0;
  readonly bytesReceived = 0;
  #calls: number[] = [];
  #listener: TransportListener | undefined;

  attach(listener: TransportListener): void {
    this.#listener = listener;
  }

  write(data: string | Uint8Array): void {
    this.#calls.push(data.toString().split('\n').length - 1);
  }

  cork(): void {}
  uncork(): void {}
  async startTls(): Promise<void> {}
  destroy(): void {}

  /** How many calls went out in each write since this was asked last. */
  async taken(): Promise<number[]> {
    await new Promise(setImmediate);
    return this.#calls.splice(0);
  }

  /** Answers so many calls at once. */
  answer(calls: number): Promise<number[]> {
    this.#listener?.onData(Buffer.from('ok\n'.repeat(calls)));
    return this.taken();
  }
}

/** Callers who share a connection, and ask again as soon as they are answered. */
async function asking(callers: number): Promise<CountingTransport> {
  const transport = new CountingTransport();
  const clock = new VirtualClock();
  const pipeline = Pipeline.start(
    lines(async () => {}),
    { endpoints: [{ host: 'peer.test', port: 1 }] },
    { clock, random: () => 0.5, dial: async () => transport },
  );
  onTestFinished(() => clock.waitFor(pipeline.close({ timeoutMs: 1 })));
  await pipeline.ready();
  const ask = async (): Promise<never> => {
    for (;;) await pipeline.submit(line('ask'));
  };
  for (let caller = 0; caller < callers; caller += 1) ask().catch(() => {});
  return transport;
}

test('calls that nobody was answered before travel together', async () => {
  const transport = await asking(100);
  expect(await transport.taken()).toEqual([100]);
});

test('of the callers who are answered together, half go ahead when they ask again', async () => {
  const transport = await asking(100);
  await transport.taken();
  expect(await transport.answer(100)).toEqual([50, 50]);
});

test('a half stays whole while the other is on its way', async () => {
  const transport = await asking(100);
  await transport.taken();
  await transport.answer(100);
  expect(await transport.answer(50)).toEqual([50]);
  expect(await transport.answer(50)).toEqual([50]);
});

test('halves that have run into one another are parted again', async () => {
  const transport = await asking(100);
  await transport.taken();
  await transport.answer(100);
  expect(await transport.answer(90)).toEqual([50, 40]);
});

test('few callers are not parted', async () => {
  const transport = await asking(31);
  await transport.taken();
  expect(await transport.answer(31)).toEqual([31]);
});

test('what would leave too few behind is not parted', async () => {
  const transport = await asking(100);
  await transport.taken();
  expect(await transport.answer(60)).toEqual([60]);
});
