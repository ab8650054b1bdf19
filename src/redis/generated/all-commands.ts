// Made by `npm run generate:commands`; see scripts/commands.
import type { BitmapCommands } from './bitmap-commands.ts';
import type { ClusterCommands } from './cluster-commands.ts';
import type { ConnectionCommands } from './connection-commands.ts';
import type { GenericCommands } from './generic-commands.ts';
import type { GeoCommands } from './geo-commands.ts';
import type { HashCommands } from './hash-commands.ts';
import type { HyperloglogCommands } from './hyperloglog-commands.ts';
import type { ListCommands } from './list-commands.ts';
import type { PubsubCommands } from './pubsub-commands.ts';
import type { ScriptingCommands } from './scripting-commands.ts';
import type { ServerCommands } from './server-commands.ts';
import type { SetCommands } from './set-commands.ts';
import type { SortedSetCommands } from './sorted-set-commands.ts';
import type { StreamCommands } from './stream-commands.ts';
import type { StringCommands } from './string-commands.ts';
import type { TransactionsCommands } from './transactions-commands.ts';
import type { Answers } from '../typed-command.ts';

/** A method for each command: it gives a promise of the answer, or the command itself. See docs/commands.md. */
export interface CommandMethods<As extends keyof Answers<unknown> = 'promise'>
  extends
    BitmapCommands<As>,
    ClusterCommands<As>,
    ConnectionCommands<As>,
    GenericCommands<As>,
    GeoCommands<As>,
    HashCommands<As>,
    HyperloglogCommands<As>,
    ListCommands<As>,
    PubsubCommands<As>,
    ScriptingCommands<As>,
    ServerCommands<As>,
    SetCommands<As>,
    SortedSetCommands<As>,
    StreamCommands<As>,
    StringCommands<As>,
    TransactionsCommands<As> {}
