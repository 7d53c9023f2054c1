import { describe, expect, it } from "vitest";
import type { Manifest } from "#stores/backup/manifest.ts";
import type { Listed } from "#stores/backup/vault.ts";
import { nextChore } from "./next-chore.ts";
import type { StoreBackups } from "./store-backups.ts";

const NOW = Date.parse("2026-11-21T18:00:00Z");
const HOUR = 3_600_000;
const REPORT = { at: "", seconds: 1, read: null, failure: null };

function store(everyMs: number | null, lineage = "b"): StoreBackups {
  return { store: "database", everyMs, vaults: { home: { currentLineage: lineage } } } as StoreBackups;
}

function backup(hoursAgo: number, wanted: Partial<Listed> = {}): Listed {
  const manifest = { finishedAt: new Date(NOW - hoursAgo * HOUR).toISOString() } as Manifest;
  return {
    lineage: "b",
    id: String(hoursAgo),
    folder: "",
    manifest,
    unreadable: null,
    report: REPORT,
    ...wanted,
  };
}

const none = new Map<string, number>();
const kind = (...[backups, list, attempts = none]: [StoreBackups, Listed[], Map<string, number>?]) =>
  nextChore(backups, list, attempts, NOW)?.kind;

describe("the next chore of a store", () => {
  it("is its first backup, also in a new history", () => {
    expect(kind(store(24 * HOUR), [])).toBe("take");
    expect(kind(store(24 * HOUR), [backup(1, { lineage: "a" })])).toBe("take");
  });

  it("is a backup when it is due, and none before", () => {
    expect(kind(store(2 * HOUR), [backup(1)])).toBeUndefined();
    expect(kind(store(2 * HOUR), [backup(2)])).toBe("take");
    expect(kind(store(null), [])).toBeUndefined();
  });

  it("is the trial of the newest backup that was not tried yet", () => {
    const list = [backup(3, { report: null }), backup(2, { report: null }), backup(1)];
    expect(nextChore(store(24 * HOUR), list, none, NOW)).toMatchObject({
      kind: "try-out",
      backup: { id: "2" },
    });
    expect(kind(store(null), [backup(3, { report: null })])).toBe("try-out");
    expect(
      kind(store(24 * HOUR), [backup(1), backup(0, { manifest: null, unreadable: "torn" })]),
    ).toBeUndefined();
  });

  it("waits a minute after what has failed", () => {
    expect(kind(store(HOUR), [], new Map([["database", NOW - 59_000]]))).toBeUndefined();
    expect(kind(store(HOUR), [], new Map([["database", NOW - 60_000]]))).toBe("take");
  });
});
