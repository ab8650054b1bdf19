import {
  ScriptedServer,
  type PeerScript,
  type ScriptedPeer,
  type SeededRandom,
  type SimulatedPeer,
  type SimulatedWorld,
  type TlsAnswer,
} from 'hawser/testing';
import { HawserError } from 'hawser';
import { SSL_REQUEST } from '../../protocols/postgres-messages.ts';
import { rowReply, server, started, takeMessage, takeStartup } from '../../protocols/postgres-peer.ts';

/** How likely it is that a step goes wrong. */
const STORM = 0.15;
const GARBAGE = 'HTTP/1.1 400 Bad Request\r\n\r\n';

/** A server that goes on over TLS in mid-stream, and does anything wrong on the way. */
export class UpgradingServer {
  isCalm = false;
  /** How often each query has come, by its text. */
  readonly received = new Map<string, number>();
  readonly #random: SeededRandom;
  readonly #scripted: ScriptedServer;
  readonly #speaksTls: boolean;

  constructor({ random, clock }: SimulatedWorld, speaksTls: boolean) {
    this.#random = random.fork();
    this.#speaksTls = speaksTls;
    const scripts: readonly PeerScript[] = [(peer) => this.#serve(peer)];
    this.#scripted = new ScriptedServer({ clock, scripts, beyond: 'repeat-last' });
  }

  readonly accept = (peer: SimulatedPeer): 'refuse' | undefined => {
    if (this.#goesWrong()) return 'refuse';
    peer.answerTls(this.#tlsAnswer());
    return this.#scripted.accept(peer);
  };

  /** What scripts have thrown that is not about a client who has left. */
  get failures(): string[] {
    return this.#scripted.failures
      .map(({ message }) => message)
      .filter((message) => !message.startsWith('The stream was '));
  }

  #goesWrong(): boolean {
    return !this.isCalm && this.#random.chance(STORM);
  }

  #tlsAnswer(): TlsAnswer {
    const random = this.#random;
    if (!this.#goesWrong()) return { kind: 'accept', afterMs: random.pick([0, 1, 40]) };
    const code = random.pick(['CONNECT_FAILED', 'HANDSHAKE_REFUSED'] as const);
    const error = new HawserError(code, 'no TLS as chance has it', { outcome: 'not-sent' });
    return random.pick<TlsAnswer>([
      { kind: 'blackhole' },
      { kind: 'fail', error },
      { kind: 'fail', error, afterMs: 30 },
      { kind: 'accept', afterMs: 5_000 },
    ]);
  }

  async #serve(peer: ScriptedPeer): Promise<void> {
    await peer.expect(SSL_REQUEST);
    if (!(await this.#say(peer, this.#speaksTls ? 'S' : 'N'))) return;
    await takeStartup(peer);
    if (this.#goesWrong()) {
      const [code, text] = this.#random.pick([
        ['28P01', 'password authentication failed'],
        ['57P03', 'the database system is starting up'],
        ['53300', 'too many clients'],
      ] as const);
      peer.send(server.error(code, text, 'FATAL'));
      return peer.end();
    }
    if (!(await this.#say(peer, server.authentication(3)))) return;
    await takeMessage(peer);
    if (!(await this.#say(peer, started))) return;
    await this.#answer(peer);
  }

  async #answer(peer: ScriptedPeer): Promise<void> {
    for (;;) {
      const sql = await takeMessage(peer);
      const text = /'(?<text>[^']*)'/.exec(sql)?.groups?.['text'] ?? '';
      this.received.set(text, (this.received.get(text) ?? 0) + 1);
      if (this.#goesWrong()) peer.send(server.notification('news', text));
      const reply = this.#goesWrong()
        ? Buffer.concat([server.error('42P01', 'there is no such table'), server.ready()])
        : rowReply(text);
      if (!(await this.#say(peer, reply))) return;
    }
  }

  /** Sends bytes, or does not, or only some of them, or others. Whether it goes on behind them. */
  async #say(peer: ScriptedPeer, bytes: string | Buffer): Promise<boolean> {
    const random = this.#random;
    const whole = Buffer.from(bytes);
    if (!this.isCalm && random.chance(0.2)) await peer.pause(random.pick([1, 20, 300]));
    if (!this.#goesWrong()) {
      peer.send(whole);
      return true;
    }
    peer.send(random.pick([whole.subarray(0, random.integer(0, whole.length - 1)), Buffer.from(GARBAGE)]));
    if (random.chance(0.3)) peer.end();
    else if (random.chance(0.5)) peer.reset();
    return false;
  }
}
