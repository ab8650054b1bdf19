import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ConnectDirective } from 'hawser';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DATA_WAITING_MAX } from '../../src/core/behaviour/owned-sockets.ts';
import { plainServer } from '../support/loopback.ts';
import { owner, Owner, type Step } from './socket-owner.ts';
import { Wire } from './wire.ts';

describe('an owned socket', () => {
  test('tells of its data and of its end, in their order', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.push('a');
    await clock.settle();
    wire.push('b');
    wire.push(null);
    await clock.settle();
    expect(story).toEqual(['wire: a', 'wire: b', 'wire: closed']);
  });

  test('tells of an error once, and of nothing behind it', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.destroy(new Error('reset'));
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: reset'], 0]);
  });

  test('that is closed from this side is closed, too', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    wire.destroy();
    await clock.settle();
    expect([story, wire.listening, handle.explain().sockets]).toEqual([['wire: closed'], 0, 0]);
  });

  test.each([
    [undefined, 'wire: closed'],
    [new Error('reset'), 'wire: reset'],
  ])('that was over before tells so at once: %s', async (error, line) => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    wire.on('error', () => {}).destroy(error);
    await clock.settle();
    handle.cast(wire);
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([[line], 0]);
  });

  test('that is just being destroyed tells so once', async () => {
    const { clock, handle, behaviour, story } = await owner();
    const wire = new Wire();
    wire.destroy();
    behaviour.take(wire);
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: closed'], 0]);
  });

  test('that was paused before is read', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    wire.pause();
    wire.push('early');
    handle.cast(wire);
    await clock.settle();
    expect(story).toEqual(['wire: early']);
  });

  test('is owned once, however often it is taken over', async () => {
    const { clock, handle, story } = await owner();
    const wire = new Wire();
    handle.cast(wire);
    handle.cast(wire);
    await clock.settle();
    wire.push('a');
    await clock.settle();
    expect([story, handle.explain().sockets]).toEqual([['wire: a'], 1]);
  });

  test('keeps the state and the mailbox of its connection: several may be owned', async () => {
    const { clock, handle, story } = await owner();
    const [one, other] = [new Wire('one'), new Wire('other')];
    handle.cast(one);
    handle.cast(other);
    await clock.settle();
    one.push('a');
    other.push('b');
    await clock.settle();
    expect(story).toEqual(['one: a', 'other: b']);
  });

  test('must give bytes, unless others read it', async () => {
    const { clock, handle, behaviour } = await owner();
    const wire = new Wire();
    wire.setEncoding('utf8');
    const objects = new Duplex({ objectMode: true });
    for (const given of [wire, objects, {} as Duplex]) {
      expect(() => behaviour.take(given)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
    behaviour.take(wire, { active: false });
    behaviour.take(objects, { active: false });
    await clock.settle();
    expect(handle.explain()).toMatchObject({ state: 'ready', sockets: 2 });
  });
});

describe('data that comes faster than it is handled', () => {
  test(`pauses the socket at ${DATA_WAITING_MAX} pieces, until they are handled`, async () => {
    const { clock, handle, story } = await owner(async () => {
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 1));
      return 'no-reply' as const;
    });
    const wire = new Wire();
    handle.cast(wire);
    await clock.settle();
    for (let piece = 0; piece < 100; piece += 1) {
      wire.push(String(piece));
      await new Promise((resolve) => void setImmediate(resolve));
    }
    // One of them is being handled.
    expect(handle.explain().waiting).toBe(DATA_WAITING_MAX);
    await clock.advance(1);
    expect([handle.explain().waiting, wire.isPaused()]).toEqual([DATA_WAITING_MAX - 1, true]);
    for (let ms = 0; ms < 110; ms += 1) {
      await clock.advance(1);
      expect(handle.explain().waiting).toBeLessThanOrEqual(DATA_WAITING_MAX);
    }
    expect(story.join(' ').replaceAll('wire: ', '').replaceAll(' ', '')).toBe(
      Array.from({ length: 100 }, (_, piece) => piece).join(''),
    );
  });

  test('a socket that the behaviour paused itself stays so', async () => {
    const wire = new Wire();
    const { clock, handle, story } = await owner((line) => {
      if (line === 'wire: a') wire.pause();
      return 'no-reply';
    });
    handle.cast(wire);
    await clock.settle();
    // The second waits for its turn when the first is handled.
    wire.emit('data', Buffer.from('a'));
    wire.emit('data', Buffer.from('b'));
    await clock.settle();
    expect([story, wire.isPaused()]).toEqual([['wire: a', 'wire: b'], true]);
    wire.push('c');
    await clock.settle();
    expect(story).toHaveLength(2);
    wire.resume();
    await clock.settle();
    expect(story).toEqual(['wire: a', 'wire: b', 'wire: c']);
  });
});

describe('a socket of the system', () => {
  /** Connects to a server, and resolves when it was told the line. */
  async function talking(
    server: { readonly port: number },
    until: string,
  ): Promise<{ story: string[]; over: Promise<void>; socket: Socket }> {
    let over!: () => void;
    const done = new Promise<void>((resolve) => {
      over = resolve;
    });
    const story: string[] = [];
    const socket = connect({ host: '127.0.0.1', port: server.port });
    class Talking extends Owner {
      override async connect(_: unknown, state: number): Promise<ConnectDirective<number>> {
        this.own(socket);
        await once(socket, 'connect');
        return { do: 'ok', state };
      }

      override step: Step = (line) => {
        story.push(line);
        if (line.includes(until)) over();
        return 'no-reply';
      };
    }
    const handle = await Talking.connect(0);
    onTestFinished(() => handle.close());
    return { story, over: done, socket };
  }

  test('its data comes, and a FIN of the peer is its end', async () => {
    const server = await plainServer((socket) => socket.end('hello'));
    const { story, over } = await talking(server, 'closed');
    await over;
    expect(story).toEqual(['socket: hello', 'socket: closed']);
  });

  test('a reset is its error', async () => {
    const server = await plainServer(() => {});
    const { story, over } = await talking(server, 'ECONNRESET');
    (await server.socket()).resetAndDestroy();
    await over;
    expect(story).toEqual(['socket: read ECONNRESET']);
  });

  test('its peer sees that it is gone when the connection is closed', async () => {
    const server = await plainServer(() => {});
    const socket = connect({ host: '127.0.0.1', port: server.port });
    class Simple extends Owner {
      override connect(_: unknown, state: number): ConnectDirective<number> {
        this.own(socket);
        return { do: 'ok', state };
      }
    }
    const handle = await Simple.connect(0);
    const peer = await server.socket();
    const gone = once(peer.resume(), 'close');
    await handle.close();
    await gone;
    expect(socket.destroyed).toBe(true);
  });
});
