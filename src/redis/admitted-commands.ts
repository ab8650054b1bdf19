import type { Batch } from './batch.ts';
import type { CommandInfo, RedisCommand } from './commands.ts';
import { BEGIN, EXECUTE } from './effects.ts';
import { Footprint } from './own-request.ts';
import { encodeCommand, joinCommands, type EncodedCommand } from './resp-encoder.ts';

/** A command of a pipeline or a transaction, that its connection can take. */
export interface AdmittedCommand {
  readonly command: RedisCommand;
  readonly info: CommandInfo;
  readonly encoded: EncodedCommand;
}

/** What several commands are called together, in errors and traces. */
export type BatchName = 'PIPELINE' | 'MULTI';

const MULTI = encodeCommand(['MULTI']);
const EXEC = encodeCommand(['EXEC']);

/** The commands as they go out in a row, and their names told to what takes the replies. */
export function joinBatch(
  name: BatchName,
  commands: readonly AdmittedCommand[],
  batch: Batch,
): EncodedCommand {
  for (const { info } of commands) batch.add(info.name);
  const encoded = commands.map((command) => command.encoded);
  return joinCommands(name === 'MULTI' ? [MULTI, ...encoded, EXEC] : encoded);
}

/** What they do to their connection, and how long they wait on the server. */
export function footprintOf(name: BatchName, commands: readonly AdmittedCommand[]): Footprint {
  const inTransaction = name === 'MULTI';
  const footprint = new Footprint();
  if (inTransaction) footprint.addEffect(BEGIN);
  for (const { info, command } of commands) footprint.add(info, command, inTransaction);
  if (inTransaction) footprint.addEffect(EXECUTE);
  return footprint;
}

/** Whether they may all be asked twice. */
export function onlyReads(commands: readonly AdmittedCommand[]): boolean {
  return commands.every(({ info }) => info.readOnly);
}
