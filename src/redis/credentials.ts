import { checkNames, HawserError, invalidOption, MAX_TIMER_MS, type OptionNames } from '../core/index.ts';

/** Who to authenticate as. */
export interface RedisCredentials {
  /** Default: the server's user `default`. */
  readonly username?: string | undefined;
  /** Default: none, or where there is a username, the empty one. */
  readonly password?: string | undefined;
}

/** What a {@link CredentialsFunction} answers. */
export interface IssuedCredentials extends RedisCredentials {
  /**
   * How long they may be used from now on, in milliseconds. The function is asked again before that time is over, and every
   * connection authenticates anew, in place. Default: as long as the connection lasts.
   */
  readonly validForMs?: number | undefined;
}

/** Is asked at each connect who to authenticate as, and again before that is no longer valid. The signal fires when it is too late. */
export type CredentialsFunction = (attempt: {
  readonly signal: AbortSignal;
}) => IssuedCredentials | Promise<IssuedCredentials>;

const IDENTITY: OptionNames<RedisCredentials> = { username: true, password: true };
const ISSUED: OptionNames<IssuedCredentials> = { ...IDENTITY, validForMs: true };

/** Checks an option that says who to authenticate as, or who is to be asked. Throws INVALID_OPTION. */
export function checkCredentials<T extends RedisCredentials | CredentialsFunction | undefined>(
  credentials: T,
  option: string = 'credentials',
): T {
  if (credentials !== undefined && typeof credentials !== 'function')
    checkIdentity<RedisCredentials>(credentials, option, IDENTITY);
  return credentials;
}

/** Asks a credentials function. Rejects with CONNECT_FAILED where it does, or answers with nothing that could be used. */
export async function askFunction(
  credentials: CredentialsFunction,
  signal: AbortSignal,
): Promise<IssuedCredentials> {
  try {
    const issued = checkIdentity(await credentials({ signal }), 'credentials', ISSUED);
    const { validForMs } = issued;
    const isDuration = typeof validForMs === 'number' && validForMs > 0 && validForMs <= MAX_TIMER_MS;
    if (validForMs === undefined || validForMs === Infinity || isDuration) return issued;
    throw invalidOption('credentials.validForMs', `milliseconds above 0, up to ${MAX_TIMER_MS}`, validForMs);
  } catch (cause) {
    // Its text is the user's and may hold anything, so it travels only as the cause.
    throw new HawserError('CONNECT_FAILED', 'the credentials function failed', {
      outcome: 'not-sent',
      cause,
    });
  }
}

/** Checks who to authenticate as. Throws INVALID_OPTION. */
function checkIdentity<T extends RedisCredentials>(credentials: T, option: string, names: OptionNames<T>): T {
  if (typeof credentials !== 'object' || credentials === null) {
    throw invalidOption(option, 'an object or a function', credentials);
  }
  checkNames(credentials, names, `${option}.`);
  for (const part of ['username', 'password'] as const) {
    const text = credentials[part];
    if (text !== undefined && typeof text !== 'string')
      throw invalidOption(`${option}.${part}`, 'text', text);
  }
  return credentials;
}
