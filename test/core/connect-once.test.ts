import { SimulatedNetwork, ScriptedServer, type PeerScript } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HawserError, Pipeline, type ConnectionOptions } from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { line, lines, type LineRequest } from '../protocols/lines.ts';
import { endings, ENDPOINT, failureOf } from '../protocols/stage.ts';
import { expectNothingLeft } from '../support/leaks.ts';

type LinePipeline = Pipeline<LineRequest, string, string>;

/** A network with one server, from which nothing may be left when the test is over. */
function world(scripts: readonly PeerScript[]): { clock: VirtualClock; network: SimulatedNetwork } {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock });
  const server = new ScriptedServer({ scripts, clock });
  network.listen(ENDPOINT, server.accept);
  onTestFinished(async () => {
    await clock.settle();
    expect(server.failures).toEqual([]);
    expectNothingLeft({ clock, network });
  });
  return { clock, network };
}

function connectOnce(
  { clock, network }: ReturnType<typeof world>,
  options: Partial<ConnectionOptions> = {},
): Promise<LinePipeline> {
  return Pipeline.connectOnce(
    lines(async () => {}),
    { endpoints: [ENDPOINT], ...options },
    { clock, random: () => 0.5, dial: network.dial },
  );
}

const losing: PeerScript = async (peer) => {
  await peer.takeUntil('\n');
  peer.reset();
};

describe('a connection of one transport', () => {
  test('is closed by its loss: what was in flight is unknown, also a read, what comes later is not sent, and nobody dials', async () => {
    const there = world([losing]);
    const pipeline = await there.clock.waitFor(connectOnce(there));
    const asked = [pipeline.submit(line('write')), pipeline.submit(line('read', { repeatable: true }))];
    expect(await there.clock.waitFor(endings(asked))).toEqual([
      'unknown CONNECTION_LOST',
      'unknown CONNECTION_LOST',
    ]);
    expect(pipeline.state).toBe('closed');
    expect(() => pipeline.submit(line('later'))).toThrow(
      expect.objectContaining({ code: 'CONNECTION_LOST', outcome: 'not-sent' }),
    );
    expect(there.network.dials).toHaveLength(1);
  });

  test('that its owner closes says so to later calls', async () => {
    const there = world([async (peer) => void (await peer.closed())]);
    const pipeline = await there.clock.waitFor(connectOnce(there));
    await there.clock.waitFor(pipeline.close());
    expect(() => pipeline.submit(line('later'))).toThrow(
      expect.objectContaining({ code: 'CLOSED', outcome: 'not-sent' }),
    );
  });

  test('rejects with why it could not be opened, after every endpoint was tried once', async () => {
    const there = world([]);
    const other = { host: 'peer.test', port: 2 };
    there.network.answerDials(ENDPOINT, { kind: 'refuse' });
    there.network.answerDials(other, { kind: 'refuse' });
    const failure = await there.clock.waitFor(
      failureOf(connectOnce(there, { endpoints: [ENDPOINT, other] })),
    );
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', outcome: 'not-sent' });
    expect(there.network.dials).toHaveLength(2);
  });

  test('rejects with the refusal of a server that says no, instead of waiting for what may never come', async () => {
    const there = world([async (peer) => void (await peer.closed())]);
    const refusing = lines(async () => {
      throw new HawserError('HANDSHAKE_REFUSED', 'go away', { outcome: 'not-sent' });
    });
    const environment = { clock: there.clock, random: () => 0.5, dial: there.network.dial };
    const connecting = Pipeline.connectOnce(refusing, { endpoints: [ENDPOINT] }, environment);
    const failure = await there.clock.waitFor(failureOf(connecting));
    expect(failure).toMatchObject({ code: 'HANDSHAKE_REFUSED', message: 'go away' });
  });
});
