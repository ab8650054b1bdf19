// A process that imports one module, and says what that has cost it.
const [module = ''] = process.argv.slice(2);
const began = performance.now();
const before = process.cpuUsage();
await import(module);
const { user, system } = process.cpuUsage(before);
const figures = {
  startMs: (before.user + before.system) / 1_000,
  cpuMs: (user + system) / 1_000,
  wallMs: performance.now() - began,
};
console.log(JSON.stringify(figures));
