import { resp } from '../resp-wire.ts';

/** One command as it came from a client. */
export interface ReceivedCommand {
  /** Number of the connection that it came on, from 1. */
  readonly connection: number;
  /** When its last byte arrived, by the clock. */
  readonly atMs: number;
  /** In upper case. */
  readonly name: string;
  readonly args: readonly Buffer[];
  /** All its words with spaces between them, for assertions: `SET key value`. */
  readonly text: string;
}

/** A write that was carried out. */
export interface AppliedEffect {
  readonly connection: number;
  readonly atMs: number;
  /** `SET`, `INCR` or `DEL`. */
  readonly command: string;
  readonly key: string;
}

/** What the server knows of one connection. */
export interface RedisSession {
  protocol: 2 | 3;
  isAuthenticated: boolean;
  database: number;
  clientName: string;
  transaction: { readonly queued: ReceivedCommand[]; isDirty: boolean } | undefined;
}

/** What a command runs in. */
export interface CommandContext {
  readonly session: RedisSession;
  readonly connection: number;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** Keys and values of a database. */
  readonly data: (database: number) => Map<string, Buffer>;
  readonly applied: (command: string, key: string) => void;
}

type Run = (context: CommandContext, args: readonly Buffer[]) => Buffer;

interface Spec {
  readonly arguments: readonly [min: number, max: number];
  readonly run: Run;
}

const OK = resp.simple('OK');
/** The error of a server that does not accept a password. */
export const WRONG_PASSWORD: Buffer = resp.error(
  'WRONGPASS invalid username-password pair or user is disabled.',
);
const SYNTAX_ERROR = resp.error('ERR syntax error');
const DATABASES = 16;
const INTEGER_MAX = 2n ** 63n - 1n;
const BEFORE_AUTHENTICATION = ['AUTH', 'HELLO'];
const INSIDE_TRANSACTION = ['EXEC', 'DISCARD', 'MULTI'];

/** Runs a command as Redis does, or queues it in the connection's transaction, and returns the encoded reply. */
export function runCommand(context: CommandContext, command: ReceivedCommand): Buffer {
  const { session } = context;
  const spec = SPECS.get(command.name);
  const refusal = spec === undefined ? unknownCommand(command) : refusalOf(spec, context, command);
  if (refusal !== undefined) {
    if (session.transaction !== undefined) session.transaction.isDirty = true;
    return refusal;
  }
  if (session.transaction !== undefined && !INSIDE_TRANSACTION.includes(command.name)) {
    session.transaction.queued.push(command);
    return resp.simple('QUEUED');
  }
  return (spec as Spec).run(context, command.args);
}

/** The error of a server that does not know a command. */
export function unknownCommand({ name, args }: ReceivedCommand): Buffer {
  const beginning = args.map((argument) => `'${argument.toString()}' `).join('');
  return resp.error(`ERR unknown command '${name}', with args beginning with: ${beginning}`);
}

function refusalOf(spec: Spec, { session }: CommandContext, command: ReceivedCommand): Buffer | undefined {
  const [min, max] = spec.arguments;
  if (command.args.length < min || command.args.length > max) {
    return resp.error(`ERR wrong number of arguments for '${command.name.toLowerCase()}' command`);
  }
  if (!session.isAuthenticated && !BEFORE_AUTHENTICATION.includes(command.name)) {
    return resp.error('NOAUTH Authentication required.');
  }
  return undefined;
}

const hello: Run = (context, args) => {
  const { session } = context;
  const words = args.map((argument) => argument.toString());
  const version = words.shift() ?? String(session.protocol);
  if (version !== '2' && version !== '3') return resp.error('NOPROTO unsupported protocol version');
  while (words.length > 0) {
    const option = words.shift()?.toUpperCase();
    if (option === 'AUTH' && words.length >= 2) {
      const [username, password] = words.splice(0, 2);
      if (!authenticate(context, username, password)) return WRONG_PASSWORD;
    } else if (option === 'SETNAME' && words.length >= 1) {
      session.clientName = words.shift() ?? '';
    } else {
      return resp.error(`ERR Syntax error in HELLO option '${option?.toLowerCase()}'`);
    }
  }
  if (!session.isAuthenticated) {
    return resp.error(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  session.protocol = version === '3' ? 3 : 2;
  return greeting(context);
};

function greeting({ session, connection }: CommandContext): Buffer {
  const facts = [
    [resp.bulk('server'), resp.bulk('redis')],
    [resp.bulk('version'), resp.bulk('7.0.15')],
    [resp.bulk('proto'), resp.integer(session.protocol)],
    [resp.bulk('id'), resp.integer(connection)],
    [resp.bulk('mode'), resp.bulk('standalone')],
    [resp.bulk('role'), resp.bulk('master')],
    [resp.bulk('modules'), resp.array([])],
  ];
  return resp.map(facts.flat(), session.protocol);
}

function authenticate(
  { session, credentials }: CommandContext,
  username: string | undefined,
  password: string | undefined,
): boolean {
  if (credentials === undefined) return username === 'default';
  const isRight = username === credentials.username && password === credentials.password;
  if (isRight) session.isAuthenticated = true;
  return isRight;
}

const auth: Run = (context, args) => {
  const [first, second] = args.map((argument) => argument.toString());
  if (second === undefined && context.credentials === undefined) {
    return resp.error(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  }
  const isRight =
    second === undefined ? authenticate(context, 'default', first) : authenticate(context, first, second);
  return isRight ? OK : WRONG_PASSWORD;
};

const select: Run = ({ session }, [index]) => {
  const text = String(index);
  if (!/^\d+$/.test(text)) return resp.error('ERR invalid DB index');
  if (Number(text) >= DATABASES) return resp.error('ERR DB index is out of range');
  session.database = Number(text);
  return OK;
};

const client: Run = ({ session, connection }, [subcommand, first, second]) => {
  const name = String(subcommand).toUpperCase();
  if (name === 'ID') return resp.integer(connection);
  if (name === 'GETNAME') return resp.bulk(session.clientName);
  if (name === 'SETNAME' && first !== undefined) {
    session.clientName = first.toString();
    return OK;
  }
  if (name === 'SETINFO' && second !== undefined && /^lib-(?:name|ver)$/i.test(String(first))) return OK;
  return resp.error(`ERR unknown subcommand '${String(subcommand)}'. Try CLIENT HELP.`);
};

const get: Run = ({ session, data }, [key]) => {
  const value = data(session.database).get(String(key));
  return value === undefined ? resp.nil(session.protocol) : resp.bulk(value);
};

const set: Run = ({ session, data, applied }, [key, value, option]) => {
  const keys = data(session.database);
  const name = String(key);
  const condition = option?.toString().toUpperCase();
  if (condition !== undefined && condition !== 'NX' && condition !== 'XX') return SYNTAX_ERROR;
  if (condition !== undefined && keys.has(name) !== (condition === 'XX')) return resp.nil(session.protocol);
  keys.set(name, value as Buffer);
  applied('SET', name);
  return OK;
};

const incr: Run = ({ session, data, applied }, [key]) => {
  const keys = data(session.database);
  const name = String(key);
  const text = keys.get(name)?.toString('latin1') ?? '0';
  const value = /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? BigInt(text) : INTEGER_MAX;
  if (value >= INTEGER_MAX) return resp.error('ERR value is not an integer or out of range');
  keys.set(name, Buffer.from(String(value + 1n)));
  applied('INCR', name);
  return resp.integer(value + 1n);
};

const del: Run = ({ session, data, applied }, names) => {
  const keys = data(session.database);
  const deleted = names.map(String).filter((name) => keys.delete(name));
  for (const name of deleted) applied('DEL', name);
  return resp.integer(deleted.length);
};

const multi: Run = ({ session }) => {
  if (session.transaction !== undefined) return resp.error('ERR MULTI calls can not be nested');
  session.transaction = { queued: [], isDirty: false };
  return OK;
};

const exec: Run = (context) => {
  const { session } = context;
  const { transaction } = session;
  session.transaction = undefined;
  if (transaction === undefined) return resp.error('ERR EXEC without MULTI');
  if (transaction.isDirty) {
    return resp.error('EXECABORT Transaction discarded because of previous errors.');
  }
  return resp.array(transaction.queued.map((command) => runCommand(context, command)));
};

const discard: Run = ({ session }) => {
  if (session.transaction === undefined) return resp.error('ERR DISCARD without MULTI');
  session.transaction = undefined;
  return OK;
};

const SPECS: ReadonlyMap<string, Spec> = new Map<string, Spec>([
  ['HELLO', { arguments: [0, 6], run: hello }],
  ['AUTH', { arguments: [1, 2], run: auth }],
  ['SELECT', { arguments: [1, 1], run: select }],
  ['CLIENT', { arguments: [1, 3], run: client }],
  ['PING', { arguments: [0, 1], run: (_, [text]) => (text ? resp.bulk(text) : resp.simple('PONG')) }],
  ['ECHO', { arguments: [1, 1], run: (_, [text]) => resp.bulk(text as Buffer) }],
  ['GET', { arguments: [1, 1], run: get }],
  [
    'MGET',
    { arguments: [1, Infinity], run: (context, keys) => resp.array(keys.map((key) => get(context, [key]))) },
  ],
  ['SET', { arguments: [2, 3], run: set }],
  ['INCR', { arguments: [1, 1], run: incr }],
  ['DEL', { arguments: [1, Infinity], run: del }],
  ['MULTI', { arguments: [0, 0], run: multi }],
  ['EXEC', { arguments: [0, 0], run: exec }],
  ['DISCARD', { arguments: [0, 0], run: discard }],
]);
