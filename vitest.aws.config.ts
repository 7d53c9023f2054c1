import { defineConfig } from "vitest/config";

// The generated Terraform against an emulator of AWS: minutes for each architecture, most of them the provider's own waits.
export default defineConfig({
  test: {
    include: ["test/aws/apply.test.ts"],
    testTimeout: 1_800_000,
    maxWorkers: 1,
  },
});
