import { keysOf } from '../command-keys.ts';
import { commandInfo, type RedisCommand } from '../commands.ts';
import { keyName } from './key-name.ts';

/** What commands may change: these keys, or any. */
export type Written = ReadonlySet<string> | 'all';

/** Not among those that may be asked twice, and change no key all the same. */
const CHANGE_NO_KEY: ReadonlySet<string> = new Set(
  (
    'PUBLISH SPUBLISH CLIENT CONFIG ACL SLOWLOG LATENCY MEMORY LOLWUT CLUSTER COMMAND SCRIPT WAIT WAITAOF WATCH UNWATCH ' +
    'MULTI DISCARD SELECT SAVE BGSAVE BGREWRITEAOF SCAN HSCAN SSCAN ZSCAN EVAL_RO EVALSHA_RO FCALL_RO PFSELFTEST TOUCH'
  ).split(' '),
);

/**
 * The keys that commands may change, by {@link keyName}, in a client whose keys begin with `prefix`. A script changes those
 * that it was given, and where it was given none, any. So does whatever is not known.
 */
export function writtenBy(commands: readonly RedisCommand[], prefix: string | undefined): Written {
  const written = new Set<string>();
  const before = prefix === undefined ? '' : keyName(prefix);
  for (const command of commands) {
    const { name, readOnly } = commandInfo(command[0]);
    if (readOnly || CHANGE_NO_KEY.has(name)) continue;
    const positions = keysOf(command);
    if (positions === undefined || positions.length === 0) return 'all';
    for (const position of positions) written.add(before + keyName(command[position]!));
  }
  return written;
}
