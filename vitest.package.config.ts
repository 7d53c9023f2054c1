import { defineConfig } from "vitest/config";

// What is packed, as a user installs it elsewhere: it needs the npm registry, so it is not part of `npm test`.
export default defineConfig({
  test: { include: ["test/package/*.test.ts"], testTimeout: 180_000, hookTimeout: 300_000 },
});
