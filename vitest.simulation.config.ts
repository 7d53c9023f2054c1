import { defineConfig } from "vitest/config";

// The simulator beside a twin that runs: it takes minutes, so it is not part of `npm test`.
export default defineConfig({
  test: {
    include: ["test/simulation/against-twin.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
