import { describe, expect, test } from "vitest";
import { parsePs, parseStat, treeOf } from "./process-table.ts";

function process(pid: number, parent: number, session = 0) {
  return [pid, { pid, parent, session, cpuMs: 0, residentBytes: 0 }] as const;
}

describe("a tree of processes", () => {
  test("is what a process has started, and what stayed in its session without a parent", () => {
    const table = new Map([
      process(1, 0, 1),
      process(10, 1, 10),
      process(11, 10, 10),
      process(12, 11, 12),
      process(13, 1, 10),
      process(14, 13, 14),
      process(20, 1, 20),
    ]);
    expect(treeOf(table, 10).map(({ pid }) => pid)).toEqual([10, 11, 13, 12, 14]);
    expect(treeOf(table, 99)).toEqual([]);
  });
});

function line(state: string): string {
  return `4711 (a ) (name) ${state} 42 4711 4700 0 -1 4194304 1 2 3 4 120 30 40 10 20 0 11 0 99 1000000 2500 0`;
}

describe("a line of /proc/PID/stat", () => {
  test("has its own time and that of ended children, and memory in pages", () => {
    expect(parseStat(line("S"), 16_384)).toEqual({
      pid: 4711,
      parent: 42,
      session: 4700,
      cpuMs: 2000,
      residentBytes: 2500 * 16_384,
    });
  });

  test("of a zombie, or of what has ended meanwhile, is none", () => {
    expect([line("Z"), ""].map((stat) => parseStat(stat, 4096))).toEqual([null, null]);
  });
});

test("what ps prints on macOS", () => {
  const output = `    1     0 Ss    12:34.56  20480
  501     1 S+  1:02:03     1024
  502   501 Z+     0:00.00      0
  503   501 R   2-01:00:00.50  16
`;
  expect(parsePs(output)).toEqual([
    { pid: 1, parent: 0, session: 0, cpuMs: 754_560, residentBytes: 20_971_520 },
    { pid: 501, parent: 1, session: 0, cpuMs: 3_723_000, residentBytes: 1_048_576 },
    { pid: 503, parent: 501, session: 0, cpuMs: 176_400_500, residentBytes: 16_384 },
  ]);
});
