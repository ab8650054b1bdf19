// A process of the lab: one subject, which is put through the rows that it is told, one at a time. It may crash, and be blocked.
import type { Assignment, Order, Report } from './orders.ts';
import { endWithParent } from './parent.ts';
import { playRow } from './play.ts';
import { ALL_ROWS } from './rows/index.ts';
import type { Subject } from './subject.ts';
import { TEMPOS, type Tempo } from './tempo.ts';

const assignment = JSON.parse(process.argv[2] ?? '') as Assignment;
const tempo = TEMPOS[assignment.tempo];

endWithParent();
try {
  const subject = await load(assignment, tempo);
  const { name, library, how, system } = subject;
  process.on('message', (order: Order) => void obey(order, subject));
  tell({ kind: 'introduced', about: { name, library, how, server: await system.version() } });
} catch (error) {
  tell({ kind: 'not loaded', reason: error instanceof Error ? error.message : String(error) });
}

async function load({ subject: { module, name } }: Assignment, at: Tempo): Promise<Subject> {
  const { subjects } = (await import(module)) as { subjects: (tempo: Tempo) => readonly Subject[] };
  const subject = subjects(at).find((candidate) => candidate.name === name);
  if (subject === undefined) throw new Error(`There is no subject ${name} in ${module}.`);
  return subject;
}

async function obey(order: Order, subject: Subject): Promise<void> {
  if (order.kind === 'end') return process.exit();
  const row = ALL_ROWS.find(({ name }) => name === order.row);
  if (row === undefined) throw new Error(`There is no row ${order.row}.`);
  tell({ kind: 'result', result: await playRow(row, { subject, tempo, seed: order.seed }) });
}

function tell(report: Report): void {
  process.send?.(report);
}
