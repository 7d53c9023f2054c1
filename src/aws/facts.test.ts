import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRecord } from "#model/data.ts";
import { FACTS_AS_OF } from "./facts.ts";

const folder = import.meta.dirname;
const modules = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);

interface Fact {
  readonly page: unknown;
  readonly asOf: unknown;
}

/** Whatever has a value is a fact, however deep it stands in a table. */
function factsIn(value: unknown): Fact[] {
  if (!isRecord(value)) return [];
  const here = "value" in value && ("page" in value || "asOf" in value) ? [value as unknown as Fact] : [];
  return [...here, ...Object.values(value).flatMap(factsIn)];
}

const facts = (
  await Promise.all(
    modules.map(async (file) => {
      const exported: Record<string, unknown> = await import(join(folder, file));
      return Object.entries(exported).flatMap(([name, value]) =>
        factsIn(value).map((fact) => ({ ...fact, name: `${file} ${name}` })),
      );
    }),
  )
).flat();

const PAGE = /^https:\/\/[a-z0-9.-]+\/\S*$/;
const DAY = /^20\d\d-(0[1-9]|1[0-2])(-[0-3]\d)?$/;

describe("facts", () => {
  it("has a page and a day for each of them", () => {
    expect(facts.length).toBeGreaterThan(50);
    const wrong = facts.filter(({ page, asOf }) => !PAGE.test(String(page)) || !DAY.test(String(asOf)));
    expect(wrong).toEqual([]);
  });

  it("knows nothing of days to come", () => {
    expect(facts.filter(({ asOf }) => String(asOf) > FACTS_AS_OF)).toEqual([]);
  });
});
