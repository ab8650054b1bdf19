import { HawserError, type Handshake } from '../core/index.ts';
import type { RedisCredentials } from './credentials.ts';
import { markIn, type SessionMark } from './dead-sessions.ts';
import { RedisReplyError } from './errors.ts';
import type { ResolvedRedisOptions } from './options.ts';
import { PLAIN_FORM, type RedisReply } from './reply.ts';
import { RedisRequest } from './request.ts';
import { encodeCommand } from './resp-encoder.ts';
import { assertRole } from './role.ts';
import { VERSION } from './version.ts';

type RedisHandshake = Handshake<RedisRequest, RedisReply>;

/** What a handshake has brought to light. */
export interface Acquaintance {
  /** Of RESP: 3 where the server has taken HELLO. */
  readonly protocol: 2 | 3;
  /** By which the server knows the session; `undefined` where it does not tell. */
  readonly number: number | undefined;
  /** By which it knows it among those of all servers; `undefined` where it was not asked, or does not tell. */
  readonly mark: SessionMark | undefined;
}

/**
 * Everything between an open stream and the first request of a user: protocol version, authentication, role, database, name; and
 * the end of what is left on the server of sessions that have died. The number of the session comes with the answer to HELLO;
 * without it the server is asked, and for its mark, if `isMarkWanted`.
 */
export async function shakeHands(
  handshake: RedisHandshake,
  options: ResolvedRedisOptions,
  isMarkWanted: boolean,
): Promise<Acquaintance> {
  const credentials = await options.credentials.ask(handshake.signal);
  const greeting = await greet(handshake, credentials, options.protocol);
  if (greeting !== undefined) assertRole(options.role, greeting);
  // Asked together, since none depends on another's answer; all are answered before any request of a user.
  const { database, clientName } = options;
  const role = greeting === undefined && options.role !== 'any' ? ask(handshake, ['ROLE']) : undefined;
  const select = database === 0 ? undefined : ask(handshake, ['SELECT', String(database)]);
  const readonly = options.readonly ? ask(handshake, ['READONLY']) : undefined;
  const alive = ask(handshake, ['PING']);
  const mustAsk = isMarkWanted && greeting === undefined;
  const session = mustAsk ? ask(handshake, ['CLIENT', 'ID']) : undefined;
  const info = isMarkWanted ? ask(handshake, ['CLIENT', 'INFO']) : undefined;
  const details = [
    ...(clientName === undefined ? [] : [ask(handshake, ['CLIENT', 'SETNAME', clientName])]),
    ask(handshake, ['CLIENT', 'SETINFO', 'LIB-NAME', 'hawser']),
    ask(handshake, ['CLIENT', 'SETINFO', 'LIB-VER', VERSION]),
  ];
  // Who does not answer it may be no Redis itself, or not allow it.
  await role?.then((answer) => assertRole(options.role, answer), ignoreRefusal);
  await select?.catch((error: unknown) => fail('SELECT', error));
  await readonly?.catch((error: unknown) => failIfInCluster(error));
  await alive.catch((error: unknown) => failIfNotServing(error));
  for (const detail of details) await detail.catch((error: unknown) => ignoreRefusal(error));
  const number = session === undefined ? sessionIn(greeting) : await session.catch(ignoreRefusal);
  const mark = markIn(await info?.catch(ignoreRefusal));
  // Behind all that shows who has answered: another server would only say that it does not know them.
  await options.deadSessions.end((command) => ask(handshake, command));
  const protocol = greeting === undefined ? 2 : 3;
  return { protocol, number: typeof number === 'number' ? number : undefined, mark };
}

/** The number of the session in the answer to HELLO. */
function sessionIn(greeting: RedisReply | undefined): unknown {
  return greeting instanceof Map ? greeting.get('id') : undefined;
}

/** HELLO 3; where the server does not know it, or RESP2 was asked for, AUTH, and nothing is told of the server. */
async function greet(
  handshake: RedisHandshake,
  credentials: RedisCredentials | undefined,
  protocol: 2 | 3,
): Promise<RedisReply | undefined> {
  const { username, password = '' } = credentials ?? {};
  // A user alone is asked for too, who may need no password: to go on as the default user would be someone else.
  const isNobody = username === undefined && credentials?.password === undefined;
  if (protocol === 3) {
    try {
      const identity = isNobody ? [] : ['AUTH', username ?? 'default', password];
      return await ask(handshake, ['HELLO', '3', ...identity]);
    } catch (error) {
      if (!lacksHello(error)) fail('HELLO', error);
    }
  }
  if (isNobody) return undefined;
  const named = username === undefined ? [] : [username];
  await ask(handshake, ['AUTH', ...named, password]).catch((refusal: unknown) => fail('AUTH', refusal));
  return undefined;
}

/** Sends one command of a handshake. */
export function ask(handshake: RedisHandshake, command: readonly [string, ...string[]]): Promise<RedisReply> {
  const { data, bytes } = encodeCommand(command);
  return handshake.exchange(
    new RedisRequest(command[0], data, bytes, false, PLAIN_FORM, undefined, undefined),
  );
}

function lacksHello(error: unknown): boolean {
  return (
    error instanceof RedisReplyError && (error.code === 'NOPROTO' || /unknown command/i.test(error.message))
  );
}

/** A server that is in no cluster sends nobody elsewhere, and knows no READONLY. */
function failIfInCluster(error: unknown): void {
  if (!(error instanceof RedisReplyError) || !/cluster support disabled/i.test(error.message)) {
    fail('READONLY', error);
  }
}

/** A server that is loading its data, or busy with a script, answers HELLO and SELECT all the same; PING it refuses. */
function failIfNotServing(error: unknown): void {
  if (!(error instanceof RedisReplyError) || NOT_SERVING_CODES.has(error.code)) fail('PING', error);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RedisReplyError)) throw error;
}

/** Codes of errors that trying again cannot change, until a person or a rotation of secrets does. */
const PERMANENT_CODES: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'DENIED']);
const NOT_SERVING_CODES: ReadonlySet<string> = new Set(['LOADING', 'BUSY', 'MASTERDOWN', 'NOAUTH']);
const PERMANENT_TEXTS =
  /invalid password|without any password configured|Client sent AUTH|DB index|wrong number of arguments for 'auth'/i;

/** Sorts an error of the handshake: a refusal parks the connection, anything else is tried again. Both keep the server's text. */
function fail(step: string, error: unknown): never {
  if (!(error instanceof RedisReplyError)) throw error;
  const permanent = PERMANENT_CODES.has(error.code) || PERMANENT_TEXTS.test(error.message);
  throw new HawserError(permanent ? 'HANDSHAKE_REFUSED' : 'CONNECT_FAILED', `${step}: ${error.message}`, {
    outcome: 'not-sent',
    cause: error,
  });
}
