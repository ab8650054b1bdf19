import type { HawserError } from '../core/index.ts';
import type { Batch } from './batch.ts';
import type { CredentialSource, RenewedCredentials } from './credential-source.ts';
import { RedisReplyError } from './errors.ts';
import type { RedisLine } from './line.ts';
import { PLAIN_FORM, type RedisReply } from './reply.ts';
import { RedisRequest } from './request.ts';
import { encodeCommand, joinCommands } from './resp-encoder.ts';

/** AUTH with newer credentials, and a PING behind it: so that it takes the place of a PING that is due. */
export class RenewalRequest extends RedisRequest {
  constructor(renewed: RenewedCredentials, nonce: string, source: CredentialSource) {
    const { username, password = '' } = renewed.credentials;
    const named = username === undefined ? [] : [username];
    const { data, bytes } = joinCommands([
      encodeCommand(['AUTH', ...named, password]),
      encodeCommand(['PING', nonce]),
    ]);
    super('AUTH', data, bytes, false, PLAIN_FORM, undefined, new RenewalBatch(renewed.version, source));
  }
}

/** Tells the source what the server says to AUTH; the reply of the whole is that to PING. */
class RenewalBatch implements Batch {
  readonly isWantedNext = true;
  readonly #version: number;
  readonly #source: CredentialSource;
  #isAuthDue = true;

  constructor(version: number, source: CredentialSource) {
    this.#version = version;
    this.#source = source;
  }

  add(): void {
    // It has all that it ever will.
  }

  restart(): void {
    this.#isAuthDue = true;
  }

  take(reply: RedisReply): RedisReply | undefined {
    if (!this.#isAuthDue) return reply;
    this.#isAuthDue = false;
    if (reply instanceof RedisReplyError) this.#source.refused(this.#version, reply);
    else this.#source.accepted(this.#version);
    return undefined;
  }
}

/**
 * Has a connection that many share authenticate anew as soon as there are newer credentials. Others do so when they are
 * idle, or returned.
 */
export function keepAuthenticated(line: RedisLine, source: CredentialSource): void {
  const renew = (): void => {
    if (line.state !== 'ready') return;
    const request = line.session?.ping('renewal');
    if (!(request instanceof RenewalRequest)) return;
    try {
      // That it was lost with its connection is no refusal: the next one authenticates by itself.
      line.submit(request).catch(() => {});
    } catch (error) {
      source.refused(source.version, error as HawserError);
    }
  };
  const forget = source.onRenewed(renew);
  line.onState(({ to }) => {
    // They may have been renewed during its handshake.
    if (to === 'ready') renew();
    if (to === 'closed') forget();
  });
}
