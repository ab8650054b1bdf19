import { SimulatedNetwork, type DialAnswer, type SimulatedPeer } from 'hawser/testing';
import { describe, expect, test } from 'vitest';
import { Attachment, type AttachmentOwner } from '../../src/core/attachment.ts';
import { HawserError } from '../../src/core/machine/index.ts';
import type { DialRequest, Transport, TransportListener } from '../../src/core/transport.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { line, lines, type LineHandshake, type LineRequest } from '../protocols/lines.ts';
import { causesOf } from '../protocols/stage.ts';
import { expectNothingLeft } from '../support/leaks.ts';

const ENDPOINT = { host: 'peer.test', port: 1 };
const EPOCH = 7;

type LineAttachment = Attachment<LineRequest, string, string>;

/** An owner that goes on to the handshake at once, consumes whole lines, and notes what it is told. */
class NotingOwner implements AttachmentOwner<string> {
  readonly log: string[] = [];
  /** Why it was lost: the code or message of the cause, and of each behind it. */
  readonly causes: string[] = [];
  attachment: LineAttachment | undefined;
  onPushed = (): void => {};

  opened(epoch: number): void {
    this.log.push(`opened ${epoch}`);
    this.attachment?.handshake();
  }

  handshaken(epoch: number): void {
    this.log.push(`handshaken ${epoch}`);
  }

  lost(epoch: number, cause: Error): void {
    this.log.push(`lost ${epoch}`);
    this.causes.push(...causesOf(cause));
  }

  refused(epoch: number, cause: Error): void {
    this.log.push(`refused ${epoch} ${cause.message}`);
  }

  received(bytes: Buffer): number {
    this.log.push(`received ${bytes.toString()}`);
    return bytes.lastIndexOf('\n') + 1;
  }

  room(): void {
    this.log.push('room');
  }

  pushed(message: string): void {
    this.log.push(`pushed ${message}`);
    this.onPushed();
  }
}

const CONFIG = { tls: undefined, connectTimeoutMs: 100, handshakeTimeoutMs: 50 };

/** An attachment that dials a simulated network; `accept` plays the server. */
function attaching(
  handshake: (handshake: LineHandshake) => Promise<void>,
  accept: (connection: SimulatedPeer) => void = () => undefined,
  answer: DialAnswer = { kind: 'accept' },
) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock });
  network.listen(ENDPOINT, accept);
  network.answerDials(ENDPOINT, answer);
  const owner = new NotingOwner();
  const config = { ...CONFIG, clock, dial: network.dial };
  const attachment = new Attachment(EPOCH, ENDPOINT, lines(handshake), config, owner);
  owner.attachment = attachment;
  const settled = attachment.settled().then(
    () => 'done',
    (error: unknown) => error,
  );
  attachment.dial();
  return { clock, network, owner, attachment, settled };
}

const hello = async (handshake: LineHandshake): Promise<void> => {
  await handshake.exchange(line('hello'));
};

function sending(text: string): (connection: SimulatedPeer) => void {
  return (connection) => connection.onBytes(() => connection.send(text));
}

describe('an attachment', () => {
  test('is ready after dial and handshake, and gives its outbox only then', async () => {
    const { clock, network, owner, attachment, settled } = attaching(hello, sending('welcome\n'));
    expect([attachment.transport, attachment.outbox]).toEqual([undefined, undefined]);
    await clock.advance(1);
    expect([attachment.transport?.peer, attachment.outbox]).toEqual(['peer.test:1', undefined]);
    await clock.advance(2);
    expect(owner.log).toEqual(['opened 7', 'handshaken 7']);
    expect(attachment.outbox?.hasRoom).toBe(true);
    expect([await settled, clock.pendingTimers]).toEqual(['done', 0]);
    attachment.end(new Error('over'));
    await clock.advance(10);
    expect([attachment.transport, attachment.outbox]).toEqual([undefined, undefined]);
    expectNothingLeft({ clock, network });
  });

  test('tells of bytes and of a loss after the handshake, and of nothing behind the loss', async () => {
    const connections: SimulatedPeer[] = [];
    const { clock, network, owner } = attaching(hello, (connection) => {
      connections.push(connection);
      sending('welcome\n')(connection);
    });
    await clock.advance(3);
    connections[0]?.send('one\n');
    connections[0]?.end();
    await clock.advance(5);
    expect(owner.log.slice(2)).toEqual(['received one\n', 'lost 7']);
    expect(owner.causes).toEqual(['The peer ended the stream.']);
    expectNothingLeft({ clock, network });
  });
});

describe('the dial', () => {
  test('is given up after its time limit', async () => {
    const { clock, network, owner, settled } = attaching(hello, undefined, { kind: 'blackhole' });
    await clock.advance(99);
    expect(owner.log).toEqual([]);
    await clock.advance(1);
    expect([owner.log, owner.causes]).toEqual([['lost 7'], ['CONNECT_TIMEOUT']]);
    expect(await settled).toMatchObject({ code: 'CONNECT_TIMEOUT', outcome: 'not-sent' });
    expectNothingLeft({ clock, network });
  });

  test('that succeeds after the end is destroyed, and nobody is told', async () => {
    const { clock, network, owner, attachment, settled } = attaching(hello, undefined, {
      kind: 'accept-late',
      afterMs: 30,
    });
    await clock.advance(10);
    const cause = new Error('over');
    attachment.end(cause);
    expect(await settled).toBe(cause);
    await clock.advance(20);
    expect(network.dials).toMatchObject([{ outcome: 'accepted' }]);
    expect(owner.log).toEqual([]);
    expectNothingLeft({ clock, network });
  });

  test('that fails is lost, and one that is ended rejects for its owner only', async () => {
    const refused = attaching(hello, undefined, { kind: 'refuse' });
    await refused.clock.settle();
    expect(refused.owner.log).toEqual(['lost 7']);
    expect(refused.owner.causes).toEqual(['CONNECT_FAILED', 'ECONNREFUSED']);

    const ended = attaching(hello, undefined, { kind: 'blackhole' });
    await ended.clock.settle();
    ended.attachment.end(new Error('over'));
    await ended.clock.settle();
    expect(ended.owner.log).toEqual([]);
    expectNothingLeft(ended);
  });

  test('that throws instead of rejecting is lost', async () => {
    const clock = new VirtualClock();
    const owner = new NotingOwner();
    const dial = (_request: DialRequest): Promise<Transport> => {
      throw new Error('no network');
    };
    new Attachment(EPOCH, ENDPOINT, lines(hello), { ...CONFIG, clock, dial }, owner).dial();
    await clock.settle();
    expect([owner.log, clock.pendingTimers]).toEqual([['lost 7'], 0]);
    expect(owner.causes).toContain('no network');
  });
});

test('a dial that fails with what is no error, and has no text, is lost like any other', async () => {
  const clock = new VirtualClock();
  const owner = new NotingOwner();
  const dial = (): Promise<Transport> => new Promise((_, reject) => reject(Object.create(null)));
  new Attachment(EPOCH, ENDPOINT, lines(hello), { ...CONFIG, clock, dial }, owner).dial();
  await clock.settle();
  expect([owner.log, clock.pendingTimers]).toEqual([['lost 7'], 0]);
});

describe('the handshake', () => {
  test('is given up after its own time limit, which begins when the transport is open', async () => {
    const { clock, network, owner, settled } = attaching(hello, undefined, { kind: 'accept', afterMs: 90 });
    await clock.advance(139);
    expect(owner.log).toEqual(['opened 7']);
    await clock.advance(1);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('HANDSHAKE_TIMEOUT');
    expect(await settled).toMatchObject({ code: 'HANDSHAKE_TIMEOUT', outcome: 'not-sent' });
    await clock.advance(10);
    expectNothingLeft({ clock, network });
  });

  test('is given up too when it waits for something else, which its signal ends', async () => {
    const reasons: unknown[] = [];
    const { clock, network, owner } = attaching(async ({ signal }) => {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(new Error('gave up'));
        });
      });
    });
    await clock.advance(200);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('HANDSHAKE_TIMEOUT');
    expect(reasons).toMatchObject([{ code: 'HANDSHAKE_TIMEOUT' }]);
    expectNothingLeft({ clock, network });
  });

  test('rejects all that it waits for when the transport is lost, and nothing is left unhandled', async () => {
    const waits: Promise<unknown>[] = [];
    const { clock, network, owner } = attaching(
      async (handshake) => {
        waits.push(handshake.exchange(line('a')), handshake.exchange(line('b')));
        await new Promise(() => undefined);
      },
      (connection) => connection.onBytes(() => connection.reset()),
    );
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('ECONNRESET');
    for (const wait of waits) {
      expect(causesOf(await wait.catch((error: unknown) => error))).toContain('ECONNRESET');
    }
    expectNothingLeft({ clock, network });
  });

  test('of which nobody waits for the answers does not crash the process when they fail', async () => {
    const { clock, owner } = attaching(
      async (handshake) => {
        void handshake.exchange(line('a'));
        void handshake.take(1);
        await new Promise(() => undefined);
      },
      (connection) => connection.onBytes(() => connection.end()),
    );
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('The peer ended the stream.');
  });

  test('that is refused says so, once', async () => {
    const refuses = async (handshake: LineHandshake): Promise<void> => {
      await handshake.exchange(line('hello')).catch((cause: unknown) => {
        throw new HawserError('HANDSHAKE_REFUSED', 'wrong password', { outcome: 'not-sent', cause });
      });
    };
    const { clock, network, owner } = attaching(refuses, (connection) => {
      connection.onBytes(() => {
        connection.send('-WRONGPASS\n');
        connection.end();
      });
    });
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'refused 7 wrong password']);
    expectNothingLeft({ clock, network });
  });

  test('that throws instead of rejecting is lost', async () => {
    const { clock, network, owner } = attaching(() => {
      throw new Error('no credentials');
    });
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('no credentials');
    expectNothingLeft({ clock, network });
  });

  test('with bytes that cannot be decoded is a violation', async () => {
    const { clock, network, owner, settled } = attaching(hello, sending('*\n'));
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('PROTOCOL_VIOLATION');
    expect(causesOf(await settled)).toEqual(owner.causes);
    expectNothingLeft({ clock, network });
  });

  test('that ends after the attachment did changes nothing', async () => {
    let finish = (): void => {};
    const { clock, network, owner, attachment } = attaching(
      () => new Promise((resolve) => (finish = resolve)),
    );
    await clock.advance(5);
    attachment.end(new Error('over'));
    finish();
    await clock.advance(5);
    expect(owner.log).toEqual(['opened 7']);
    expectNothingLeft({ clock, network });
  });
});

describe('bytes that come with the end of the handshake', () => {
  test('are told when they are push messages, and reach the owner with what completes them', async () => {
    const connections: SimulatedPeer[] = [];
    const { clock, owner, attachment } = attaching(hello, (connection) => {
      connections.push(connection);
      sending('welcome\n!news\n!la')(connection);
    });
    await clock.advance(3);
    expect(owner.log).toEqual(['opened 7', 'pushed news', 'handshaken 7']);
    connections[0]?.send('te');
    await clock.advance(1);
    connections[0]?.send('r\n!more\n!ev');
    await clock.advance(1);
    connections[0]?.send('en\n');
    await clock.advance(1);
    expect(owner.log.slice(3)).toEqual(['received !late', 'received !later\n!more\n!ev', 'received !even\n']);
    attachment.end(new Error('over'));
  });

  test('that came while the handshake waited for something else answer nothing later', async () => {
    const { clock, network, owner } = attaching(async (handshake) => {
      handshake.write('hi\n');
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 5));
    }, sending('stray\n'));
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'lost 7']);
    expect(owner.causes).toContain('PROTOCOL_VIOLATION');
    expectNothingLeft({ clock, network });
  });

  test('may make their listener end everything', async () => {
    const { clock, network, owner, attachment } = attaching(hello, sending('welcome\n!goodbye\n'));
    owner.onPushed = () => attachment.end(new Error('over'));
    await clock.advance(10);
    expect(owner.log).toEqual(['opened 7', 'pushed goodbye']);
    expectNothingLeft({ clock, network });
  });

  test('leave what follows with the transport until they are consumed, so that its limit counts', async () => {
    const listeners: TransportListener[] = [];
    const transport: Transport = {
      peer: 'peer.test:1',
      hasRoom: true,
      bytesAccepted: 0,
      bytesReceived: 0,
      attach: (listener) => void listeners.push(listener),
      write: () => {},
      cork: () => {},
      uncork: () => {},
      startTls: () => Promise.resolve(),
      destroy: () => {},
    };
    const clock = new VirtualClock();
    const owner = new NotingOwner();
    const dial = (): Promise<Transport> => Promise.resolve(transport);
    const attachment = new Attachment(EPOCH, ENDPOINT, lines(hello), { ...CONFIG, clock, dial }, owner);
    owner.attachment = attachment;
    attachment.dial();
    await clock.settle();
    const consumed = (text: string): number | undefined => listeners[0]?.onData(Buffer.from(text));
    expect(consumed('welcome\n!a')).toBe(10);
    await clock.settle();
    expect(['bc', 'bcde', 'bcde\nfg'].map(consumed)).toEqual([0, 0, 5]);
    expect(consumed('fg\n')).toBe(3);
    expect(owner.log.slice(2)).toEqual([
      'received !abc',
      'received !abcde',
      'received !abcde\nfg',
      'received fg\n',
    ]);
    attachment.end(new Error('over'));
  });
});
