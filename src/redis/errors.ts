import { HawserError, withoutStack } from '../core/index.ts';

const MESSAGE_CHARACTERS_MAX = 1024;
/** Of a Redis Cluster. */
const SLOT_MAX = 16_383;
const PORT_MAX = 65_535;

/** The server answered with an error; `outcome` is `refused`, or `unknown` of a call that was sent before and may have run then. */
export class RedisReplyError extends HawserError {
  /**
   * `text` is the server's own, starting with its code (`WRONGTYPE Operation against ...`). `code` becomes that
   * first word, or `ERR` when the text starts with something else.
   */
  constructor(text: string) {
    super(codeOf(text), withoutArguments(text), { outcome: 'refused' });
    this.name = 'RedisReplyError';
  }
}

/** A node of a cluster says that another one has the key. */
export class RedisRedirectError extends RedisReplyError {
  /** `MOVED`: the slot lives there from now on. `ASK`: only this one request is to be asked there. */
  readonly kind: 'MOVED' | 'ASK';
  readonly slot: number;
  /** Name or address, an IPv6 one without brackets. Empty when it is the host that sent the error. */
  readonly host: string;
  readonly port: number;

  constructor(text: string, to: Redirection) {
    super(
      `${text} (another node of a Redis Cluster has the key: RedisClusterClient asks that one by itself)`,
    );
    this.name = 'RedisRedirectError';
    this.kind = to.kind;
    this.slot = to.slot;
    this.host = to.host;
    this.port = to.port;
  }
}

type Redirection = Pick<RedisRedirectError, 'kind' | 'slot' | 'host' | 'port'>;

/**
 * The error for what the server said. It has no stack: where bytes are parsed tells nothing, and a server may
 * refuse many calls at once. Whoever rejects a call with it gives it the caller's.
 */
export function replyErrorFrom(text: string): RedisReplyError {
  return withoutStack(() => {
    const redirection = redirectionOf(text);
    return redirection === undefined ? new RedisReplyError(text) : new RedisRedirectError(text, redirection);
  });
}

function codeOf(text: string): string {
  return /^[A-Z][A-Z0-9_-]{0,63}(?= |$)/.exec(text)?.[0] ?? 'ERR';
}

/** Where a redirection leads; `undefined` for any other error, and for one that leads nowhere. */
function redirectionOf(text: string): Redirection | undefined {
  if (!text.startsWith('MOVED ') && !text.startsWith('ASK ')) {
    return undefined;
  }
  // The host is what is left of the last colon: servers write IPv6 addresses bare.
  const match = /^(MOVED|ASK) (\d{1,5}) (\S*):(\d{1,5})$/.exec(text);
  const [, kind, slot, host, port] = match ?? [];
  if (kind === undefined || host === undefined || Number(slot) > SLOT_MAX) {
    return undefined;
  }
  if (Number(port) < 1 || Number(port) > PORT_MAX) {
    return undefined;
  }
  return {
    kind: kind === 'MOVED' ? 'MOVED' : 'ASK',
    slot: Number(slot),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
  };
}

/** What servers quote in their errors and is no argument. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'yes',
  'no',
  'maxmemory',
  'CONFIG SET protected-mode no',
  '--protected-mode no',
]);

/** What Lua quotes of itself when it cannot read a script. */
const LUA_SYMBOLS: ReadonlySet<string> = new Set(
  (
    'and break do else elseif end false for function if in local nil not or repeat return then true until while ' +
    '<eof> <name> = ( ) { } [ ] , ; : . .. ... == ~= <= >= < > + - * / % ^ #'
  ).split(' '),
);

/** What stands before or behind a name that is the program's own: of a command, or of something in the text of a script. */
const QUOTATION =
  /(?<!\w)((?:command|global|local|field|method|upvalue|global variable) )?(['"`])(.*?)(\2(?!\w)|$)( command)?/gs;

/**
 * The server's text without the arguments that servers echo. The tail of `unknown command 'x', with args
 * beginning with: ...` goes; so does everything in quotes, unless it is a name or a symbol of the program's own.
 */
function withoutArguments(text: string): string {
  const bounded = text.slice(0, MESSAGE_CHARACTERS_MAX);
  const echo = bounded.indexOf(', with args beginning with');
  return (echo === -1 ? bounded : bounded.slice(0, echo)).replace(
    QUOTATION,
    (quotation: string, before: string | undefined, _quote: string, quoted: string, _end: string, after) => {
      const isName = (before ?? after) !== undefined && /^[\w.|-]{1,64}$/.test(quoted);
      const isOwn = isName || OWN_WORDS.has(quoted) || LUA_SYMBOLS.has(quoted);
      return isOwn ? quotation : `${before ?? ''}'...'${after ?? ''}`;
    },
  );
}
