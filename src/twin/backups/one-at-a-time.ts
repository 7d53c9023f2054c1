/** Work of which each run begins when the one before is over, whatever came of that. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    const run = last.then(work);
    last = run.catch(() => {});
    return run;
  };
}
