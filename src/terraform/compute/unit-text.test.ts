import { expect, test } from "vitest";
import { unitFile } from "./testing/unit-file.ts";
import { unitWord } from "./unit-text.ts";

test("a unit says what the architecture says of it", async () => {
  const compute = {
    unit: {
      restart: "on-failure",
      restartDelay: "1500ms",
      startLimit: { interval: "1m", burst: 3 },
      openFiles: 4096,
    },
  };
  const text = await unitFile({ compute, services: { api: { stopTimeout: "12s", runAsNonRoot: false } } });
  expect(text).toContain("StartLimitIntervalSec=60\nStartLimitBurst=3\n");
  expect(text).toContain("Restart=on-failure\nRestartSec=2\n");
  expect(text).toContain("docker stop --time 12 api\n");
  expect(text).toContain("TimeoutStopSec=17\n");
  expect(text.match(/--ulimit nofile=4096:4096/g)).toHaveLength(2);
  // The job may still be no root.
  expect(text.match(/--user 1000:1000/g)).toHaveLength(1);
  expect(text.indexOf("migrate.ts")).toBeLessThan(text.indexOf("ExecStart=/usr/bin/docker"));
});

test.each([
  ["node", "node"],
  ["100%", "100%%"],
  ["$HOME/x", "$$HOME/x"],
  ["a b", '"a b"'],
  ['say "x"', '"say \\"x\\""'],
  ["it's", '"it\'s"'],
  ["back\\slash", '"back\\\\slash"'],
])("the word %s is %s to systemd", (word, written) => {
  expect(unitWord(word)).toBe(written);
});
