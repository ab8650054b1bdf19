// What a CommonJS file writes where require() of ES modules is not to be counted on.
import type { Redis } from 'hawser/redis' with { 'resolution-mode': 'import' };

export async function connect(url: string): Promise<Redis> {
  const hawser = await import('hawser/redis');
  return hawser.Redis.connect(url);
}
