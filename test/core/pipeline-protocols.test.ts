import type { PeerScript, ScriptedPeer } from 'hawser/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HawserError, type Encoded, type Protocol } from '../../src/core/index.ts';
import { line, lines, LineSession, type LineRequest } from '../protocols/lines.ts';
import { endings, Stage } from '../protocols/stage.ts';

type LineProtocol = Protocol<LineRequest, string, string>;
type LineStage = Stage<LineRequest, string, string>;

const noHandshake = async (): Promise<void> => {};
const plain = lines(noHandshake);

function post(text: string): LineRequest {
  return line(text, { expectsReply: false });
}

async function takeLines(peer: ScriptedPeer, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) taken.push((await peer.takeUntil('\n')).toString().slice(0, -1));
  return taken;
}

/** Takes so many lines, notes them, sends this, and tears the connection if told so. */
function answering(taken: string[], count: number, text: string, then?: 'reset'): PeerScript {
  return async (peer) => {
    taken.push(...(await takeLines(peer, count)));
    peer.send(text);
    if (then === 'reset') peer.reset();
  };
}

async function staged(protocol: LineProtocol, scripts: readonly PeerScript[]): Promise<LineStage> {
  const stage = new Stage(protocol, scripts);
  await stage.ready();
  return stage;
}

function submit(stage: LineStage, requests: readonly LineRequest[]): Promise<unknown[]> {
  return endings(requests.map((request) => stage.pipeline.submit(request)));
}

describe('a session', () => {
  test('that cannot send its heartbeat leaves no timer behind', async () => {
    class FaintSession extends LineSession {
      readonly heartbeatMs = 500;

      override ping(): LineRequest {
        throw new Error('no beat');
      }
    }
    const silent: PeerScript = async (peer) => void (await peer.closed());
    const protocol = { ...plain, open: () => new FaintSession(noHandshake) };
    const stage = await staged(protocol, [silent, silent]);
    let lost = false;
    stage.pipeline.onState(({ to }) => {
      if (to === 'backing-off') {
        lost = true;
        void stage.pipeline.close();
      }
    });
    // A little more than one heartbeat, for what is on its way to arrive.
    await stage.clock.advance(550);
    expect(lost).toBe(true);
    expect(stage.clock.describeTimers()).toEqual([]);
  });

  test('that cannot be opened, or cannot ping, costs its transport and nothing else', async () => {
    class SpeechlessSession extends LineSession {
      override ping(): LineRequest {
        throw new Error('no words');
      }
    }
    let opened = 0;
    const protocol = {
      ...plain,
      open: () => {
        opened += 1;
        if (opened === 2) throw new Error('no session');
        return new SpeechlessSession(noHandshake);
      },
    };
    const silent: PeerScript = async (peer) => void (await peer.closed());
    const stage = await staged(protocol, [silent, silent]);
    await stage.clock.advance(2_000);
    await stage.ready();
    expect([opened, stage.server.attempts.length]).toEqual([3, 2]);
    expect(stage.pipeline.explain().transitions.map(({ cause }) => cause)).toContain('the driver failed');
  });

  test('that cannot encode its ping tells nobody, and is no unhandled rejection', async () => {
    class MumblingSession extends LineSession {
      override encode(request: LineRequest): Encoded {
        if (request.line === 'question') return super.encode(request);
        throw new Error('no words');
      }
    }
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    const protocol = { ...plain, open: () => new MumblingSession(noHandshake) };
    const stage = await staged(protocol, [answering([], 1, 'answer\n')]);
    await stage.clock.advance(10_000);
    // Node tells of what nobody has handled when the present turn is over.
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    expect(await stage.answer(line('question'))).toBe('answer');
  });

  test('is made for each transport, and says there what it has not said there before', async () => {
    // As a prepared statement, which a server knows on one connection only: the size announced is that of the longest.
    class PreparingSession extends LineSession {
      readonly #prepared = new Set<string>();

      override encode(request: LineRequest): Encoded {
        const isKnown = this.#prepared.has(request.line);
        this.#prepared.add(request.line);
        return [Buffer.from(isKnown ? '' : `prepare ${request.line};`), `run ${request.line}\n`];
      }
    }
    const taken: string[] = [];
    const protocol = { ...plain, open: () => new PreparingSession(noHandshake) };
    const second: PeerScript = async (peer) => {
      await answering(taken, 1, '3\n')(peer);
      await answering(taken, 1, '4\n')(peer);
    };
    const stage = await staged(protocol, [answering(taken, 3, '1\n2\n', 'reset'), second]);
    const bytes = 'prepare a;run a\n'.length;
    const read = line('a', { bytes, repeatable: true });
    const calls = submit(stage, [line('a', { bytes }), line('ü', { bytes: bytes + 2 }), read]);
    expect(await stage.clock.waitFor(calls)).toEqual(['1', '2', '3']);
    expect(await stage.answer(line('a', { bytes }))).toBe('4');
    expect(taken).toEqual(['prepare a;run a', 'prepare ü;run ü', 'run a', 'prepare a;run a', 'run a']);
  });

  test('that cannot encode a request fails that call alone, with nothing of it sent', async () => {
    class ChoosySession extends LineSession {
      override encode(request: LineRequest): Encoded {
        if (request.line === 'closed') throw new HawserError('GONE', 'its channel', { outcome: 'not-sent' });
        if (request.line === 'wrong') throw new TypeError('a fault of the driver');
        return super.encode(request);
      }
    }
    const taken: string[] = [];
    const protocol = { ...plain, open: () => new ChoosySession(noHandshake) };
    const stage = await staged(protocol, [answering(taken, 2, '1\n2\n')]);
    const texts = ['a', 'closed', 'wrong', 'b'];
    const calls = texts.map((text) => stage.pipeline.submit(line(text)));
    expect(await stage.clock.waitFor(endings(calls))).toEqual([
      '1',
      'not-sent GONE',
      'not-sent INVALID_ARGUMENT',
      '2',
    ]);
    const error = await stage.failure(calls[2]!);
    expect(error).toMatchObject({ command: 'line', cause: expect.any(TypeError) });
    expect(taken).toEqual(['a', 'b']);
    expect(stage.pipeline.explain()).toMatchObject({ waiting: 0, inFlight: 0, pendingBytes: 0 });
  });

  test('that cannot encode what was sent before on another transport leaves it unknown', async () => {
    let sessions = 0;
    class FirstOnlySession extends LineSession {
      readonly #number = (sessions += 1);

      override encode(request: LineRequest): Encoded {
        if (this.#number > 1) throw new HawserError('GONE', 'its session', { outcome: 'not-sent' });
        return super.encode(request);
      }
    }
    const protocol = { ...plain, open: () => new FirstOnlySession(noHandshake) };
    const stage = await staged(protocol, [answering([], 1, '', 'reset'), answering([], 0, '')]);
    expect(await stage.clock.waitFor(submit(stage, [line('read', { repeatable: true })]))).toEqual([
      'unknown GONE',
    ]);
  });

  test('that cannot encode a question of the handshake loses the transport, not the connection', async () => {
    let sessions = 0;
    class SecondTimeSession extends LineSession {
      readonly #number = (sessions += 1);

      override encode(request: LineRequest): Encoded {
        if (this.#number === 1) throw new TypeError('a fault of the driver');
        return super.encode(request);
      }
    }
    const hello = (): LineSession =>
      new SecondTimeSession(async (handshake) => {
        await handshake.exchange(line('hello'));
      });
    const stage = await staged({ ...plain, open: hello }, [answering([], 0, ''), answering([], 1, 'hi\n')]);
    expect(stage.server.attempts.length).toBe(2);
  });
});

describe('messages that nothing answers, among calls that are answered in order', () => {
  test('shift no reply', async () => {
    const taken: string[] = [];
    const stage = await staged(plain, [answering(taken, 5, '1\n2\n')]);
    const requests = [post('p'), line('a'), post('q'), line('b'), post('r')];
    expect(await stage.clock.waitFor(submit(stage, requests))).toEqual([
      undefined,
      '1',
      undefined,
      '2',
      undefined,
    ]);
    expect(taken).toEqual(['p', 'a', 'q', 'b', 'r']);
  });

  test('do not keep close() waiting once the kernel has them', async () => {
    const taken: string[] = [];
    const stage = await staged(plain, [answering(taken, 2, '')]);
    const posts = submit(stage, [post('p'), post('q')]);
    await stage.pipeline.close();
    expect(stage.pipeline.state).toBe('closed');
    expect(await posts).toEqual([undefined, undefined]);
    await stage.clock.advance(5);
    expect(taken).toEqual(['p', 'q']);
  });

  test('are written to their end before close() ends, also when the peer is slow', async () => {
    const stage = await staged(plain, [answering([], 0, '')]);
    const [connection] = stage.network.connections;
    connection!.stopReading();
    const text = 'x'.repeat(200_000);
    const posts = submit(stage, [post(text), post(text)]);
    const closed = stage.pipeline.close();
    await stage.clock.advance(1_000);
    expect(stage.pipeline.state).toBe('draining');
    connection!.resumeReading();
    await stage.clock.waitFor(closed);
    expect(await posts).toEqual([undefined, undefined]);
    await stage.clock.advance(5);
    expect(connection!.received).toHaveLength(400_002);
  });

  test('make room for those who wait for it', async () => {
    const stage = new Stage(plain, [answering([], 1, '')], { connection: { maxPending: { requests: 1 } } });
    await stage.ready();
    const posted = submit(stage, [post('p')]);
    const room = stage.pipeline.capacity({ timeoutMs: 100 });
    await stage.clock.waitFor(room);
    expect(await posted).toEqual([undefined]);
  });
});
