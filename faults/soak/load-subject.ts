import type { SubjectAddress } from '../orders.ts';
import type { SoakSubject } from './subject.ts';

/** Loads a subject from the module that has it. Rejects when there is none of that name. */
export async function loadSubject({ module, name }: SubjectAddress): Promise<SoakSubject> {
  const { subjects } = (await import(module)) as { subjects: () => readonly SoakSubject[] };
  const subject = subjects().find((candidate) => candidate.name === name);
  if (subject === undefined) throw new Error(`There is no subject ${name} in ${module}.`);
  return subject;
}
