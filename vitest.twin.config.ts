import { defineConfig } from "vitest/config";
import { TWINS } from "./vitest.config.ts";

// Whole twins and stores, which are brought up, broken and watched until they are well again.
export default defineConfig({
  test: {
    include: TWINS,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
