// Becomes require() where the module format is CommonJS.
import { HawserError, Redis, type RedisOptions } from 'hawser/redis';

const options: RedisOptions = { keyPrefix: 'app:' };

export const start = (url: string): Redis => Redis.start(url, options);
export const isHawsers = (error: unknown): error is HawserError => error instanceof HawserError;
