import { SimulatedNetwork, ScriptedServer, type PeerScript } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  HawserError,
  Pool,
  pipelineSource,
  type LeasedPipeline,
  type PoolOptions,
} from '../../src/core/index.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { line, lines, LineSession, type LineHandshake, type LineRequest } from '../protocols/lines.ts';
import { endings, ENDPOINT } from '../protocols/stage.ts';
import { expectNothingLeft } from '../support/leaks.ts';

/** A session that is dirty from `dirt` on, until `clean`. */
class DirtySession extends LineSession {
  isDirty = false;
  /** From `mute` on there is no ping to be made. */
  #isMute = false;

  override encode(request: LineRequest): string {
    if (request.line === 'mute') this.#isMute = true;
    if (request.line === 'dirt') this.isDirty = true;
    if (request.line === 'clean') this.isDirty = false;
    return `${request.line}\n`;
  }

  reset(): readonly LineRequest[] {
    return [line('tidy'), line('clean')];
  }

  override ping(nonce: string): LineRequest | undefined {
    return this.#isMute ? undefined : super.ping(nonce);
  }
}

/** Answers each line with itself, but `hang`; at `die` it tears the stream. Notes what it is asked. */
function echo(asked: string[]): PeerScript {
  return async (peer) => {
    for (;;) {
      const text = await peer.takeUntil('\n').catch(() => undefined);
      if (text === undefined) return;
      const question = text.toString().trimEnd();
      asked.push(question.startsWith('check') ? 'check' : question);
      if (question === 'die') return peer.reset();
      if (question !== 'hang') peer.send(`${question}\n`);
    }
  };
}

const silent: PeerScript = async (peer) => void (await peer.closed());

/** A pool of pipelines and a server with one script for each connection; nothing of it may be left after the test. */
function poolOf(
  scripts: (asked: string[]) => PeerScript[],
  options: PoolOptions = {},
  handshake: (handshake: LineHandshake) => Promise<void> = async () => {},
) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock });
  const asked: string[] = [];
  const server = new ScriptedServer({ scripts: scripts(asked), clock });
  network.listen(ENDPOINT, server.accept);
  const environment = { clock, random: (): number => 0.5, dial: network.dial };
  const protocol = lines(handshake, { open: () => new DirtySession(handshake) });
  const connection = { endpoints: [ENDPOINT], stallAfterMs: 60_000 };
  const pool = Pool.start(
    pipelineSource(protocol, connection, environment),
    { max: 1, ...options },
    environment,
  );
  onTestFinished(async () => {
    await clock.waitFor(pool.close({ timeoutMs: 0 }));
    await clock.advance(10_000);
    expect(server.failures).toEqual([]);
    expectNothingLeft({ clock, network });
  });
  const askAll = async (leased: LeasedPipeline<LineRequest, string>, questions: readonly string[]) => {
    const answers: string[] = [];
    for (const question of questions) {
      answers.push(await leased.submit(line(question), { timeoutMs: 100 }));
    }
    return answers;
  };
  /** Asks on one lease, one after the other. Moves the clock. */
  const ask = (...questions: readonly string[]): Promise<string[]> =>
    clock.waitFor(pool.with((leased) => askAll(leased, questions)));
  return { clock, network, server, pool, asked, ask };
}

describe('a pool of connections of a protocol', () => {
  test('lends one whole, again and again, and refuses what is asked of it afterwards', async () => {
    const { clock, server, pool, ask } = poolOf((asked) => [echo(asked)]);
    expect(await ask('a', 'b')).toEqual(['a', 'b']);
    const lease = await clock.waitFor(pool.checkout());
    const leased = lease.connection;
    lease.release();
    expect(() => leased.submit(line('late'))).toThrow(
      expect.objectContaining({ code: 'LEASE_ENDED', outcome: 'not-sent' }),
    );
    expect(server.attempts.length).toBe(1);
  });

  test('closes one on which a call is still due, though its caller has left, and never lends it again', async () => {
    const { server, pool, ask } = poolOf((asked) => [echo(asked), echo(asked)]);
    await expect(ask('hang')).rejects.toMatchObject({ code: 'DEADLINE', outcome: 'unknown' });
    expect(await ask('next')).toEqual(['next']);
    expect([server.attempts.length, pool.explain().counts.closed.broken]).toEqual([2, 1]);
  });

  test('has a dirty one cleaned by what its session says, before it is lent again', async () => {
    const { server, asked, ask } = poolOf((questions) => [echo(questions)]);
    await ask('dirt');
    await ask('next');
    expect([asked, server.attempts.length]).toEqual([['dirt', 'tidy', 'clean', 'next'], 1]);
  });

  test('asks one that was idle with a ping before it is lent', async () => {
    const { clock, asked, ask } = poolOf((questions) => [echo(questions)], { checkAfterIdleMs: 500 });
    await ask('a');
    await clock.advance(400);
    await ask('b');
    await clock.advance(600);
    await ask('c');
    expect(asked).toEqual(['a', 'b', 'check', 'c']);
  });

  test('lends one without asking where there is no ping to be made', async () => {
    const { clock, asked, ask } = poolOf((questions) => [echo(questions)], { checkAfterIdleMs: 500 });
    await ask('mute');
    await clock.advance(600);
    await ask('a');
    expect(asked).toEqual(['mute', 'a']);
  });

  test('closes one that does not answer the ping, and the caller gets another one', async () => {
    const { clock, server, pool, ask } = poolOf((asked) => [silent, echo(asked)], { checkTimeoutMs: 200 });
    await clock.waitFor(pool.ready());
    await clock.advance(5_000);
    expect(await ask('a')).toEqual(['a']);
    expect([server.attempts.length, pool.explain().counts.closed['check-failed']]).toEqual([2, 1]);
  });

  test('closes one that answers the ping with what is not its answer', async () => {
    const { clock, server, pool, ask } = poolOf((asked) => [
      async (peer) => {
        await peer.takeUntil('\n');
        peer.send('other\n');
        await peer.closed();
      },
      echo(asked),
    ]);
    await clock.waitFor(pool.ready());
    await clock.advance(5_000);
    expect(await ask('a')).toEqual(['a']);
    expect([server.attempts.length, pool.explain().counts.closed['check-failed']]).toEqual([2, 1]);
  });

  test('never lends one that is lost in the moment in which it is open', async () => {
    const { server, pool, ask } = poolOf(
      (asked) => [
        async (peer) => {
          await peer.takeUntil('\n');
          // The answer to the handshake, and behind it what nobody can decode.
          peer.send('hello\n*\n');
          await peer.closed();
        },
        echo(asked),
      ],
      {},
      async (handshake) => void (await handshake.exchange(line('hello'))),
    );
    expect(await ask('a')).toEqual(['a']);
    expect([server.attempts.length, pool.explain().counts.opened]).toEqual([2, 1]);
  });

  test('replaces one that is lost, idle or leased', async () => {
    const { clock, server, pool, ask } = poolOf((asked) => [
      async (peer) => {
        await peer.takeUntil('\n');
        peer.send('a\n');
        peer.reset();
      },
      echo(asked),
      echo(asked),
    ]);
    await ask('a');
    await clock.advance(1_000);
    expect(pool.explain().counts.closed.lost).toBe(1);
    expect(await endings([ask('die')])).toEqual(['unknown CONNECTION_LOST']);
    expect(await ask('b')).toEqual(['b']);
    expect([server.attempts.length, pool.explain().counts.closed.lost]).toEqual([3, 2]);
  });

  test('is parked by a handshake that is refused, with the cause', async () => {
    const clock = new VirtualClock();
    const network = new SimulatedNetwork({ clock });
    network.listen(ENDPOINT, new ScriptedServer({ scripts: [silent], clock }).accept);
    const environment = { clock, random: (): number => 0.5, dial: network.dial };
    const protocol = lines(async () => {
      throw new HawserError('HANDSHAKE_REFUSED', 'wrong password', { outcome: 'not-sent' });
    });
    const source = pipelineSource(protocol, { endpoints: [ENDPOINT] }, environment);
    const pool = Pool.start(source, {}, environment);
    await expect(clock.waitFor(pool.checkout())).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
      cause: { code: 'HANDSHAKE_REFUSED' },
    });
    expect(pool.state).toBe('parked');
    await clock.waitFor(pool.close());
    await clock.advance(1_000);
    expectNothingLeft({ clock, network });
  });
});
