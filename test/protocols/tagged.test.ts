import type { PeerScript, ScriptedPeer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { endings, Stage, type StageOptions } from './stage.ts';
import {
  call,
  LINE_BYTES_MAX,
  post,
  tagged,
  taggedWithHeartbeats,
  type TaggedPush,
  type TaggedRequest,
} from './tagged.ts';

type TaggedStage = Stage<TaggedRequest, string, TaggedPush>;

const welcome: PeerScript = async (peer) => {
  await peer.expect('00000001 0 hello \n');
  peer.send('ok 1 welcome\n');
};

/** A server that welcomes, then plays its part. */
function server(part: PeerScript): PeerScript {
  return async (peer) => {
    await welcome(peer);
    await part(peer);
  };
}

async function takeLines(peer: ScriptedPeer, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push((await peer.takeUntil('\n')).toString().slice(0, -1));
  return lines;
}

/** A server that takes so many calls, then sends this. Ids begin at 2, since the handshake asks once. */
function answering(calls: number, text: string): PeerScript {
  return server(async (peer) => {
    await takeLines(peer, calls);
    peer.send(text);
  });
}

async function staged(scripts: readonly PeerScript[], options?: StageOptions): Promise<TaggedStage> {
  const stage = new Stage(tagged, scripts, options);
  await stage.ready();
  return stage;
}

describe('answers in any order', () => {
  test.each(['whole', 'each-byte', 'random'] as const)('find their calls (%s)', async (slicing) => {
    const network = { toClient: { slicing }, toServer: { slicing } };
    const stage = await staged([answering(3, 'ok 4 c\nno 2 BUSY\nok 3 b ü\n')], { network });
    const calls = ['a', 'b', 'c'].map((text) => stage.pipeline.submit(call(1, 'ask', text)));
    expect(await stage.clock.waitFor(endings(calls))).toEqual(['refused BUSY', 'b ü', 'c']);
  });

  test('one acknowledgement settles all calls up to its own, but none twice and none after it', async () => {
    const stage = await staged([answering(4, 'ok 3 early\nacked 4\nok 5 late\n')]);
    const calls = [1, 2, 1, 2].map((channel) => stage.pipeline.submit(call(channel, 'put')));
    expect(await stage.clock.waitFor(endings(calls))).toEqual(['acked', 'early', 'acked', 'late']);
  });

  test('one for a caller who has left reaches nobody', async () => {
    const stage = await staged([answering(2, 'ok 2 first\nok 3 second\n')]);
    const abort = new AbortController();
    const left = stage.pipeline.submit(call(1, 'ask'), { signal: abort.signal });
    const stays = stage.pipeline.submit(call(1, 'ask'));
    const both = endings([left, stays]);
    await stage.clock.settle();
    abort.abort();
    expect(await stage.clock.waitFor(both)).toEqual(['unknown ABORTED', 'second']);
    expect(stage.pipeline.explain()).toMatchObject({ state: 'ready', abandoned: 0, inFlight: 0 });
  });

  test('one for a call that was answered before means that the peer is out of step', async () => {
    const stage = await staged([answering(2, 'ok 2 once\nok 2 twice\n'), welcome]);
    const calls = [1, 2].map((channel) => stage.pipeline.submit(call(channel, 'ask')));
    expect(await stage.clock.waitFor(endings(calls))).toEqual(['once', 'unknown PROTOCOL_VIOLATION']);
  });

  test('prove the connection, so that the next reconnect does not wait longer', async () => {
    const drops = server(async (peer) => {
      await takeLines(peer, 2);
      peer.send('ok 3 done\n');
      peer.reset();
    });
    const stage = new Stage(tagged, [drops, drops, drops, welcome]);
    for (let round = 0; round < 3; round += 1) {
      await stage.ready();
      const calls = [1, 2].map((channel) => stage.pipeline.submit(call(channel, 'ask')));
      expect(await stage.clock.waitFor(endings(calls))).toEqual(['unknown CONNECTION_LOST', 'done']);
      expect(stage.pipeline.explain().failures).toBe(0);
    }
  });
});

describe('a channel', () => {
  test('that the server closes refuses its own calls only, and its owner is told', async () => {
    const stage = await staged([answering(3, 'closed 7 NO_QUEUE\nok 3 fine\n')]);
    const calls = [7, 8, 7].map((channel) => stage.pipeline.submit(call(channel, 'put')));
    const wanted = ['refused NO_QUEUE', 'fine', 'refused NO_QUEUE'];
    expect(await stage.clock.waitFor(endings(calls))).toEqual(wanted);
    expect(stage.pushed).toEqual([{ kind: 'closed', channel: 7, code: 'NO_QUEUE' }]);
    expect(stage.pipeline.state).toBe('ready');
  });

  test('is confirmed as closed by its owner, from the listener that was told', async () => {
    let confirmed: string[] = [];
    const script = server(async (peer) => {
      await takeLines(peer, 1);
      peer.send('closed 7 GONE\n');
      confirmed = await takeLines(peer, 1);
    });
    const stage = await staged([script]);
    stage.pipeline.onPush(({ channel }) => stage.pipeline.submit(post(channel, 'closed')));
    expect(await stage.clock.waitFor(endings([stage.pipeline.submit(call(7, 'put'))]))).toEqual([
      'refused GONE',
    ]);
    await stage.clock.advance(5);
    expect(confirmed).toEqual(['- 7 post closed']);
  });

  test('delivers unasked what answers nothing', async () => {
    const stage = await staged([answering(1, 'event 3 one\nok 2 answer\nevent 3 two\n')]);
    expect(await stage.answer(call(3, 'subscribe'))).toBe('answer');
    expect(stage.pushed).toEqual([
      { kind: 'event', channel: 3, text: 'one' },
      { kind: 'event', channel: 3, text: 'two' },
    ]);
  });
});

describe('a message that nothing answers', () => {
  test('settles when it is handed over, and keeps its place on the wire', async () => {
    let lines: string[] = [];
    const script = server(async (peer) => {
      lines = await takeLines(peer, 3);
      peer.send('ok 2 yes\n');
    });
    const stage = await staged([script]);
    const calls = [post(1, 'a'), call(1, 'ask'), post(1, 'b')].map((each) => stage.pipeline.submit(each));
    expect(await stage.clock.waitFor(endings(calls))).toEqual([undefined, 'yes', undefined]);
    expect(lines).toEqual(['- 1 post a', '00000002 1 ask ', '- 1 post b']);
  });

  test('fails as not-sent when no connection came in time', async () => {
    const stage = new Stage(tagged, [], { connection: { whenDownWaitMs: 100 } });
    expect(await stage.clock.waitFor(endings([stage.pipeline.submit(post(1, 'a'))]))).toEqual([
      'not-sent NOT_CONNECTED',
    ]);
  });

  test('is written to a slow peer for as long as that takes', async () => {
    const network = { kernelBufferBytes: 70_000 };
    const stage = await staged([welcome], { network });
    const [connection] = stage.network.connections;
    connection!.stopReading();
    const posts = Array.from({ length: 20 }, () => stage.pipeline.submit(post(1, 'x'.repeat(30_000))));
    const all = endings(posts);
    for (let second = 0; stage.pipeline.explain().waiting > 0 && second < 60; second += 1) {
      connection!.resumeReading();
      await stage.clock.advance(1);
      connection!.stopReading();
      await stage.clock.advance(1_000);
    }
    connection!.resumeReading();
    expect(await stage.clock.waitFor(all)).toEqual(posts.map(() => undefined));
    expect(stage.server.attempts.length).toBe(1);
  });
});

describe('liveness without a reply to our sign of life', () => {
  const beats = async (peer: ScriptedPeer, count: number): Promise<void> => {
    for (let beat = 0; beat < count; beat += 1) {
      await peer.expect('beat\n');
      peer.send('beat\n');
    }
  };

  test('an idle peer gets our beats, and stays as long as its own come', async () => {
    const stage = await staged([server((peer) => beats(peer, 20))]);
    await stage.clock.advance(20 * 1_500);
    expect([stage.pipeline.state, stage.server.attempts.length]).toEqual(['ready', 1]);
  });

  test('a peer that falls silent is replaced within two intervals', async () => {
    const stage = await staged([server((peer) => beats(peer, 3)), welcome], {
      connection: { stallAfterMs: 1_000 },
    });
    const causes: (string | undefined)[] = [];
    stage.pipeline.onState(({ from, cause }) => {
      if (from === 'ready') causes.push(cause?.message);
    });
    await stage.clock.advance(3_000 + 50);
    expect(stage.pipeline.state).toBe('ready');
    await stage.clock.advance(2_000);
    await stage.ready();
    expect(causes).toEqual([expect.stringContaining('no byte from peer.test:1 for')]);
    expect(stage.server.attempts.length).toBe(2);
  });

  test('a peer that wants to hear from us does, although its own beats keep coming', async () => {
    const heard: number[] = [];
    const script = server(async (peer) => {
      for (let second = 1; second <= 10; second += 1) {
        stage.clock.setTimer(() => peer.send('beat\n'), second * 1_000);
      }
      while (heard.length < 10) {
        await peer.expect('beat\n');
        heard.push(stage.clock.now());
      }
    });
    const stage: TaggedStage = new Stage(taggedWithHeartbeats, [script]);
    await stage.ready();
    await stage.clock.advance(10_100);
    expect(heard).toEqual(Array.from({ length: 10 }, (_, index) => (index + 1) * 750 + 4));
  });

  test('what we say to a silent peer does not pass for a sign of life of it', async () => {
    const stage = new Stage(taggedWithHeartbeats, [welcome, welcome], {
      connection: { stallAfterMs: 1_000 },
    });
    await stage.ready();
    await stage.clock.advance(2_100);
    await stage.ready();
    expect(stage.server.attempts.length).toBe(2);
  });

  test('beats of the peer are progress while a call waits for its answer', async () => {
    const script = server(async (peer) => {
      await takeLines(peer, 1);
      for (const delay of [1, 2, 3, 4]) stage.clock.setTimer(() => peer.send('beat\n'), delay * 1_000);
      stage.clock.setTimer(() => peer.send('ok 2 slow\n'), 5_000);
    });
    const stage = await staged([script], { connection: { timeoutMs: 10_000 } });
    expect(await stage.answer(call(1, 'ask'))).toBe('slow');
  });

  test('a silent peer is found although messages that it need not answer are sent all the time', async () => {
    const stage = await staged([welcome, welcome], { connection: { stallAfterMs: 1_000 } });
    for (let step = 0; step < 30 && stage.server.attempts.length === 1; step += 1) {
      stage.pipeline.submit(post(1, 'x')).catch(() => undefined);
      await stage.clock.advance(100);
    }
    expect(stage.server.attempts.length).toBe(2);
    await stage.ready();
  });
});

test('what is due when the transport is lost is unknown, what was answered stays answered', async () => {
  const script = server(async (peer) => {
    await takeLines(peer, 3);
    peer.send('ok 3 answered\n');
    peer.end();
  });
  const stage = await staged([script, welcome]);
  const calls = ['a', 'b', 'c'].map((text) => stage.pipeline.submit(call(1, 'ask', text)));
  expect(await stage.clock.waitFor(endings(calls))).toEqual([
    'unknown CONNECTION_LOST',
    'answered',
    'unknown CONNECTION_LOST',
  ]);
});

test('closing waits for answers in any order', async () => {
  const stage = await staged([answering(2, 'ok 3 b\nok 2 a\n')]);
  const calls = endings(['a', 'b'].map((text) => stage.pipeline.submit(call(1, 'ask', text))));
  await stage.clock.waitFor(stage.pipeline.close());
  expect(await calls).toEqual(['a', 'b']);
});

test.each(['nonsense\n', 'ok\n', 'ok -1 a\n', 'ok 99 never asked\n', 'x'.repeat(LINE_BYTES_MAX + 1)])(
  'the connection is replaced after %j',
  async (text) => {
    const stage = await staged([answering(1, text), welcome]);
    const [ending] = await stage.clock.waitFor(endings([stage.pipeline.submit(call(1, 'ask'))]));
    expect(ending).toBe('unknown PROTOCOL_VIOLATION');
    await stage.ready();
    expect(stage.server.attempts.length).toBe(2);
  },
);
