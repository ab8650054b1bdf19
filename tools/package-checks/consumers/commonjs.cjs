// A CommonJS application. Where require() of ES modules works, both ways lead to the same classes.
const assert = require('node:assert');

async function main() {
  const imported = await import('hawser/redis');
  assert.equal(typeof imported.Redis.start, 'function');
  if (!process.features.require_module) return 'import() alone';
  const required = require('hawser/redis');
  assert.equal(required.Redis, imported.Redis);
  assert.equal(required.HawserError, require('hawser').HawserError);
  return 'import() and require()';
}

void main().then((ways) => console.log(`CommonJS: ${ways}`));
