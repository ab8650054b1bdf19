import type { SubjectAddress } from '../orders.ts';
import type { Subject } from '../subject.ts';
import { FULL } from '../tempo.ts';
import { subjects as redis } from './hawser-redis.ts';
import { subjects as redisInCompany } from './redis-company.ts';
import { subjects as severalRedis } from './redis-several.ts';

/** Where a subject is found, and what decides through which rows it is put. */
export type OwnSubject = SubjectAddress & Pick<Subject, 'company' | 'setting' | 'isAnotherWay'>;

/** Every way to use a client of the project that is put through the rows. A driver adds its own here. */
export const OWN_SUBJECTS: readonly OwnSubject[] = [
  ...redis(FULL),
  ...redisInCompany(FULL),
  ...severalRedis(FULL),
].map(({ module, name, company, setting, isAnotherWay }) => ({
  // Each says where it is, for it is made again in other processes and threads.
  module: module!,
  name,
  company,
  setting,
  isAnotherWay,
}));
