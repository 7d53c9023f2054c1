/**
 * How Node is to run `main.ts`. Almost nothing outlives a request, so the young generation has its whole size from the
 * start: collections are rare and take some 0.2 ms each. Helpers would wait for each other longer than they work.
 */
export const NODE_OPTIONS: readonly string[] = [
  "--min-semi-space-size=8",
  "--max-semi-space-size=8",
  "--no-parallel-scavenge",
];
