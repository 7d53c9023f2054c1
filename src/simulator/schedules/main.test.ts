import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

function schedules(...args: readonly string[]) {
  const main = join(import.meta.dirname, "main.ts");
  const { status, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  return { status, stdout };
}

describe("the schedules' command", { timeout: 120_000 }, () => {
  test("says how much has held", () => {
    const { status, stdout } = schedules("--count", "20", "--seed", "3");
    expect(stdout).toMatch(/^20 schedules hold: [\d,]+ events in \d+ hours of virtual time/);
    expect(status).toBe(0);
  });

  test("shows the shortest schedule that fails, and how to replay it, which tells the same story", () => {
    const found = schedules("--count", "1000", "--plant", "skip-fence");
    expect(found.status).toBe(1);
    expect(found.stdout).toMatch(/^Seed \d+ fails \((split brain|unfenced promotion)\): /);
    expect(found.stdout).toMatch(/ s {2}!! system /);
    const replay = /-- (--replay \d+ --plant skip-fence)$/m.exec(found.stdout)?.[1];
    expect(replay).toBeDefined();
    const again = schedules(...(replay ?? "").split(" "));
    expect(again.stdout).toMatch(/It fails \((split brain|unfenced promotion)\).* Trace [0-9a-f]{8}\.$/m);
  });

  test("names what can be planted, and refuses what is no number", () => {
    expect(schedules("--plant", "nothing")).toEqual({
      status: 2,
      stdout: expect.stringContaining("There are: skip-fence, early-promotion, "),
    });
    expect(schedules("--count", "many")).toEqual({ status: 2, stdout: "many is no whole number.\n" });
  });
});
