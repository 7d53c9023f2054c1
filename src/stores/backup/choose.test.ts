import { describe, expect, it } from "vitest";
import { chooseBase, restorable, type Target } from "./choose.ts";
import type { Manifest } from "./manifest.ts";
import type { Listed } from "./vault.ts";

const NOW = new Date("2026-11-21T18:00:00Z");
const LINEAGES = ["20261121T100000000Z", "20261121T140000000Z"];

function backup(lineage: string, finishedAt: string): Listed {
  const time = `2026-11-21T${finishedAt}:00.000Z`;
  const manifest = { finishedAt: time } as Manifest;
  return { lineage, id: finishedAt, folder: "", manifest, unreadable: null, report: null };
}
const [first, second] = LINEAGES as [string, string];
const ALL = [
  backup(first, "11:00"),
  backup(first, "13:00"),
  backup(second, "15:00"),
  backup(second, "17:00"),
];

const choose = (target: Target, all: readonly Listed[] = ALL) =>
  chooseBase("database", all, LINEAGES, target, NOW);
const at = (time: string) => choose({ kind: "time", time }).id;

describe("the backup that a restore begins with", () => {
  it("is the newest that was finished by then, of the history that the store was in at that time", () => {
    expect(at("2026-11-21T11:00:00Z")).toBe("11:00");
    expect(at("2026-11-21T12:59:59+00:00")).toBe("11:00");
    expect(at("2026-11-21T14:30:00+01:00")).toBe("13:00");
    expect(at("2026-11-21T13:59:59Z")).toBe("13:00");
    expect(at("2026-11-21T16:00:00Z")).toBe("15:00");
    expect(choose({ kind: "latest" }).id).toBe("17:00");
  });

  it("is refused with what can be restored, where no backup reaches back so far", () => {
    for (const time of ["2026-11-21T10:30:00Z", "2026-11-20T00:00:00Z", "2026-11-21T14:30:00Z"])
      expect(() => choose({ kind: "time", time })).toThrow(
        expect.objectContaining({
          code: "BACKUP_NOT_FOUND",
          remedy:
            "What can be restored is from 2026-11-21T11:00:00.000Z to 2026-11-21T14:00:00.000Z, from 2026-11-21T15:00:00.000Z to now.",
        }),
      );
  });

  it("is refused for the future, and where there is none", () => {
    expect(() => at("2026-11-21T18:00:01Z")).toThrow(
      expect.objectContaining({ code: "RESTORE_TARGET_TOO_LATE" }),
    );
    expect(() => choose({ kind: "latest" }, [])).toThrow(
      expect.objectContaining({ code: "BACKUP_NOT_FOUND" }),
    );
  });

  it("is none that cannot be read", () => {
    const torn = { ...backup(second, "17:30"), manifest: null, unreadable: "torn" };
    expect(choose({ kind: "latest" }, [...ALL, torn]).id).toBe("17:00");
    expect(restorable([torn], LINEAGES)).toEqual([]);
  });
});
