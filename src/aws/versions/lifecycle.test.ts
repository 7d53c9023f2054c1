import { describe, expect, it } from "vitest";
import * as databases from "./databases.ts";
import { EKS } from "./kubernetes.ts";
import { lifecycleOf, newestOf, supportOn } from "./lifecycle.ts";

const ENGINES = [
  EKS,
  databases.RDS_POSTGRESQL,
  databases.AURORA_POSTGRESQL,
  databases.RDS_MYSQL,
  databases.DOCUMENTDB,
  databases.ELASTICACHE_REDIS,
];

describe("supportOn", () => {
  const lifecycle = { standardUntil: "2024-11-26", extendedUntil: "2025-11-26" };

  it.each([
    ["2024-11-26", "standard"],
    ["2024-11-27", "extended"],
    ["2025-11-26", "extended"],
    ["2025-11-27", "ended"],
  ])("on %s: %s", (day, support) => {
    expect(supportOn(lifecycle, day)).toBe(support);
  });

  it("has no end where none is announced", () => {
    expect(supportOn({ standardUntil: null, extendedUntil: null }, "2099-01-01")).toBe("standard");
  });

  it("ends at once where there is no extended support", () => {
    expect(supportOn({ standardUntil: "2023-04-30", extendedUntil: null }, "2023-05-01")).toBe("ended");
  });
});

describe("the tables", () => {
  it.each(ENGINES.map((engine) => [engine.name, engine] as const))(
    "%s: in order, days that exist",
    (_, engine) => {
      const ends = Object.values(engine.versions.value).map(
        ({ standardUntil }) => standardUntil ?? "9999-12-31",
      );
      expect(ends).toEqual(ends.toSorted());
      for (const { standardUntil, extendedUntil } of Object.values(engine.versions.value)) {
        for (const day of [standardUntil, extendedUntil])
          expect(day === null || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)).toBe(true);
        expect((standardUntil ?? "") <= (extendedUntil ?? "9999-12-31")).toBe(true);
      }
    },
  );

  it("names the newest that is in standard support", () => {
    expect(newestOf(EKS, "2026-11-21")).toBe("1.36");
    expect(newestOf(databases.RDS_MYSQL, "2026-11-21")).toBe("8.4");
    expect(newestOf(EKS, "2040-01-01")).toBeNull();
  });

  it("knows nothing of versions that it does not name", () => {
    expect(lifecycleOf(EKS, "1.99")).toBeNull();
    expect(lifecycleOf(EKS, "toString")).toBeNull();
  });
});
