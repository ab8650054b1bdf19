import type { SubjectAddress } from '../orders.ts';
import { FULL } from '../tempo.ts';
import { subjects as redis } from './hawser-redis.ts';

/** Every way to use a client of the project that is put through the rows. A driver adds its own here. */
export const OWN_SUBJECTS: readonly SubjectAddress[] = [...redis(FULL)].map(({ module, name }) => ({
  // Each says where it is, for it is made again in other processes and threads.
  module: module!,
  name,
}));
