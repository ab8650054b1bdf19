/** What a user's code throws becomes a warning of the process, of which there are many in a simulation. */
export async function withoutWarnings(work: () => Promise<void>): Promise<void> {
  const usual = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', () => {});
  try {
    await work();
  } finally {
    process.removeAllListeners('warning');
    for (const listener of usual) process.on('warning', listener);
  }
}
