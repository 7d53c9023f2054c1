import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "services/**/*.test.ts", "test/**/*.test.ts"],
    // They take longer, and have scripts of their own: test:package (which needs the npm registry), test:terraform, test:aws,
    // test:simulation.
    exclude: [
      "test/package/**",
      "test/terraform/every-environment.test.ts",
      "test/aws/apply.test.ts",
      "test/simulation/against-twin.test.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The tests start real databases and processes: two cores hold two files at a time.
    maxWorkers: 2,
  },
});
