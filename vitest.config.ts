import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "services/**/*.test.ts", "test/**/*.test.ts"],
    // It needs the npm registry: `npm run test:package`.
    exclude: ["test/package/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The tests start real databases and processes: two cores hold two files at a time.
    maxWorkers: 2,
  },
});
