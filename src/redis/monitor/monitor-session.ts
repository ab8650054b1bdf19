import type { Handshake, Inbound } from '../../core/index.ts';
import { RedisReplyError } from '../errors.ts';
import { ask } from '../handshake.ts';
import type { RedisProtocol } from '../line.ts';
import type { ResolvedRedisOptions } from '../options.ts';
import { PLAIN_FORM, textOf, type RedisReply } from '../reply.ts';
import { RedisRequest } from '../request.ts';
import { encodeCommand } from '../resp-encoder.ts';
import { RedisSession, redisProtocol } from '../session.ts';
import { isMonitorLine } from './monitor-line.ts';

/** First word of what a session of a monitor pushes: alone where the monitor begins, else with a line behind it. */
export const MONITOR_PUSH = 'monitor';

/** A line is as long as the command that it tells of, and up to four times that where its bytes are escaped. */
export const MONITOR_LINE_BYTES_MAX: number = 32 * 1_048_576;

/** Asks the server to tell what it is asked. */
export class MonitorRequest extends RedisRequest {
  constructor() {
    const { data, bytes } = encodeCommand(['MONITOR']);
    super('MONITOR', data, bytes, false, PLAIN_FORM, undefined, undefined);
  }
}

/** Redis on a connection for a monitor alone. */
export function monitorProtocol(given: ResolvedRedisOptions): RedisProtocol {
  const maxLineBytes = Math.max(given.limits.maxLineBytes, MONITOR_LINE_BYTES_MAX);
  const options = { ...given, limits: { ...given.limits, maxLineBytes } };
  return { ...redisProtocol(options), open: () => new MonitorSession(options) };
}

/**
 * Redis on one transport that is told what the server is asked: as simple strings among the replies, each of which is known
 * by its shape. All that is asked here besides is a ping, whose answer has another.
 */
class MonitorSession extends RedisSession {
  #isMonitoring = false;
  /** Where the server sees this session come from; `undefined` where it does not tell. */
  #address: string | undefined;
  /** How a line ends that tells of the last ping. */
  #ownPing: string | undefined;

  protected override get hasMessagesAmongReplies(): boolean {
    return this.#isMonitoring;
  }

  override async handshake(handshake: Handshake<RedisRequest, RedisReply>): Promise<void> {
    await super.handshake(handshake);
    try {
      const info = textOf(await ask(handshake, ['CLIENT', 'INFO']));
      this.#address = /(?:^| )addr=(\S+)/.exec(info)?.[1];
    } catch (error) {
      if (!(error instanceof RedisReplyError)) throw error;
    }
  }

  override ping(nonce: string): RedisRequest | undefined {
    this.#ownPing = `] "PING" "${nonce}"`;
    return super.ping(nonce);
  }

  override value(reply: RedisReply): void {
    const line = this.#isMonitoring ? textOf(reply) : '';
    if (!isMonitorLine(line)) super.value(reply);
    else if (!this.#isOwn(line)) this.push([MONITOR_PUSH, line]);
  }

  protected override answer(
    inbound: Inbound<RedisRequest, RedisReply, RedisReply[]>,
    request: RedisRequest | undefined,
    value: RedisReply,
  ): void {
    if (request instanceof MonitorRequest) {
      this.#isMonitoring = true;
      // In its turn among the lines: whoever listens learns from it where they begin.
      this.push([MONITOR_PUSH]);
    }
    super.answer(inbound, request, value);
  }

  /**
   * Whether a line tells of what was asked here: pings, and AUTH where credentials are renewed. All clients of a Unix socket
   * have one address, and another client may ping with the same words.
   */
  #isOwn(line: string): boolean {
    const client = line.indexOf(' ', line.indexOf('[')) + 1;
    if (this.#address !== undefined && !line.startsWith('unix:', client))
      return line.startsWith(`${this.#address}] "`, client);
    return this.#ownPing !== undefined && line.endsWith(this.#ownPing);
  }
}
