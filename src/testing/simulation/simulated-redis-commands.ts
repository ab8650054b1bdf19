import { resp } from '../resp-wire.ts';
import { COLLECTION_COMMANDS } from './redis-collection-commands.ts';
import {
  NOT_AN_INTEGER,
  OK,
  SYNTAX_ERROR,
  integerOf,
  wrongNumberOfArguments,
  type CommandContext,
  type CommandSpec,
  type ReceivedCommand,
  type RedisSession,
} from './redis-command-spec.ts';
import { KEY_COMMANDS } from './redis-key-commands.ts';
import { trackReads } from './redis-tracking.ts';
import { PUBSUB_COMMANDS, refusalWhileSubscribed } from './redis-pubsub-commands.ts';

type Run = CommandSpec['run'];

/** The error of a server that does not accept a password. */
export const WRONG_PASSWORD: Buffer = resp.error(
  'WRONGPASS invalid username-password pair or user is disabled.',
);
const DATABASES = 16;
const BEFORE_AUTHENTICATION = ['AUTH', 'HELLO'];
/** Carried out at once while others are queued. */
const INSIDE_TRANSACTION = ['EXEC', 'DISCARD', 'MULTI', 'WATCH'];

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
  trackReads(session, command);
  return (spec as CommandSpec).run(context, command.args);
}

/** The error of a server that does not know a command. */
export function unknownCommand({ name, args }: ReceivedCommand): Buffer {
  const beginning = args.map((argument) => `'${argument.toString()}' `).join('');
  return resp.error(`ERR unknown command '${name}', with args beginning with: ${beginning}`);
}

function refusalOf(
  spec: CommandSpec,
  { session }: CommandContext,
  command: ReceivedCommand,
): Buffer | undefined {
  const [min, max] = spec.arguments;
  if (command.args.length < min || command.args.length > max) {
    return wrongNumberOfArguments(command.name);
  }
  if (!session.isAuthenticated && !BEFORE_AUTHENTICATION.includes(command.name)) {
    return resp.error('NOAUTH Authentication required.');
  }
  return refusalWhileSubscribed(session, command.name);
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

const role: Run = () => resp.array([resp.bulk('master'), resp.integer(0), resp.array([])]);

const select: Run = ({ session }, [index]) => {
  const number = integerOf(index);
  if (number === undefined) return NOT_AN_INTEGER;
  if (number < 0n || number >= DATABASES) return resp.error('ERR DB index is out of range');
  session.database = Number(number);
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
  if (name === 'TRACKING') return clientTracking(session, String(first), second);
  if (name === 'CACHING') return clientCaching(session, String(first));
  if (name === 'SETINFO' && second !== undefined && /^lib-(?:name|ver)$/i.test(String(first))) return OK;
  return resp.error(`ERR unknown subcommand '${String(subcommand)}'. Try CLIENT HELP.`);
};

function clientTracking(session: RedisSession, state: string, mode: Buffer | undefined): Buffer {
  if (/^off$/i.test(state) && mode === undefined) session.tracking = undefined;
  else if (session.protocol === 2) {
    return resp.error('ERR RESP2 does not tell of changes on the connection itself: not simulated');
  } else if (!/^on$/i.test(state) || !/^optin$/i.test(String(mode))) return SYNTAX_ERROR;
  else session.tracking ??= { isNextTracked: false, keys: new Set() };
  return OK;
}

function clientCaching({ tracking }: RedisSession, answer: string): Buffer {
  if (tracking === undefined) {
    return resp.error(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  if (!/^yes$/i.test(answer)) return SYNTAX_ERROR;
  tracking.isNextTracked = true;
  return OK;
}

const multi: Run = ({ session }) => {
  if (session.transaction !== undefined) return resp.error('ERR MULTI calls can not be nested');
  session.transaction = { queued: [], isDirty: false };
  return OK;
};

const exec: Run = (context) => {
  const { session } = context;
  const { transaction, watched } = session;
  if (transaction === undefined) return resp.error('ERR EXEC without MULTI');
  session.transaction = undefined;
  session.watched = [];
  if (transaction.isDirty) {
    return resp.error('EXECABORT Transaction discarded because of previous errors.');
  }
  const isChanged = watched.some(({ database, key, version }) => {
    // What has expired meanwhile was changed too.
    database.get(key);
    return database.version(key) !== version;
  });
  if (isChanged) return resp.nilArray(session.protocol);
  return resp.array(transaction.queued.map((command) => runCommand(context, command)));
};

const discard: Run = ({ session }) => {
  if (session.transaction === undefined) return resp.error('ERR DISCARD without MULTI');
  session.transaction = undefined;
  session.watched = [];
  return OK;
};

const watch: Run = ({ session, database }, names) => {
  if (session.transaction !== undefined) return resp.error('ERR WATCH inside MULTI is not allowed');
  const keys = database(session.database);
  const added = names.map(String).map((key) => {
    keys.get(key);
    return { database: keys, key, version: keys.version(key) };
  });
  session.watched = [...session.watched, ...added];
  return OK;
};

const unwatch: Run = ({ session }) => {
  session.watched = [];
  return OK;
};

const SPECS: ReadonlyMap<string, CommandSpec> = new Map<string, CommandSpec>([
  ['HELLO', { arguments: [0, 6], run: hello }],
  ['AUTH', { arguments: [1, 2], run: auth }],
  ['ROLE', { arguments: [0, 0], run: role }],
  ['SELECT', { arguments: [1, 1], run: select }],
  ['CLIENT', { arguments: [1, 3], run: client }],
  ['ECHO', { arguments: [1, 1], run: (_, [text]) => resp.bulk(text as Buffer) }],
  ['MULTI', { arguments: [0, 0], run: multi }],
  ['EXEC', { arguments: [0, 0], run: exec }],
  ['DISCARD', { arguments: [0, 0], run: discard }],
  ['WATCH', { arguments: [1, Infinity], run: watch }],
  ['UNWATCH', { arguments: [0, 0], run: unwatch }],
  ...KEY_COMMANDS,
  ...COLLECTION_COMMANDS,
  ...PUBSUB_COMMANDS,
]);
