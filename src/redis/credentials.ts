import { invalidOption } from '../core/index.ts';

/** Who to authenticate as. */
export interface RedisCredentials {
  /** Default: the server's user `default`. */
  readonly username?: string | undefined;
  /** Default: none, or where there is a username, the empty one. */
  readonly password?: string | undefined;
}

/** Is asked at each connect who to authenticate as. The signal fires when the attempt is over. */
export type CredentialsFunction = (attempt: {
  readonly signal: AbortSignal;
}) => RedisCredentials | Promise<RedisCredentials>;

/** Checks an option that says who to authenticate as, or who is to be asked. Throws INVALID_OPTION. */
export function checkCredentials<T extends RedisCredentials | CredentialsFunction | undefined>(
  credentials: T,
  option: string = 'credentials',
): T {
  if (credentials !== undefined && typeof credentials !== 'function') checkIdentity(credentials, option);
  return credentials;
}

/** Checks who to authenticate as. Throws INVALID_OPTION. */
export function checkIdentity(
  credentials: RedisCredentials,
  option: string = 'credentials',
): RedisCredentials {
  if (typeof credentials !== 'object' || credentials === null) {
    throw invalidOption(option, 'an object or a function', credentials);
  }
  for (const part of ['username', 'password'] as const) {
    const text = credentials[part];
    if (text !== undefined && typeof text !== 'string')
      throw invalidOption(`${option}.${part}`, 'text', text);
  }
  return credentials;
}
