import { defineConfig } from "vitest/config";

/** Areas whose tests start nothing and share nothing: their files may follow each other in one worker, which loads once. */
const PURE = [
  "src/{model,control,aws,analysis,cost,terraform,verify,simulator,load,drills}/**/*.test.ts",
  "test/{cost,project}/**/*.test.ts",
];

/** Whole twins, and the stores that they are made of: `npm run test:twin`. */
export const TWINS = [
  "src/stores/**/*.test.ts",
  "test/{twin,tiers}/**/*.test.ts",
  "test/verify/command-line.test.ts",
];

/** They take longer, and have scripts of their own: test:package (which needs the npm registry), test:terraform, test:aws, test:simulation. */
const LONGER = [
  "test/package/**",
  "test/terraform/every-environment.test.ts",
  "test/aws/apply.test.ts",
  "test/simulation/against-twin.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The tests start real databases and processes, and wait for them: two cores hold three files at a time.
    maxWorkers: 3,
    // Read by Vite as our files are: else it would get another copy of graphql than they, which takes no part of theirs.
    server: { deps: { inline: ["graphql-query-complexity"] } },
    projects: [
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: "real",
          include: ["src/**/*.test.ts", "services/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...PURE, ...TWINS, ...LONGER],
        },
      },
    ],
  },
});
