import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlumblineError } from "./errors.ts";
import { checkArchitecture, resolve } from "./resolve.ts";
import { small } from "./testing/small.ts";

/** Answers with a resolved architecture or a PlumblineError; anything else escapes. */
function survives(value: unknown): void {
  const silent = checkArchitecture(value).filter(
    ({ path, message, remedy }) => path === "" || message === "" || remedy === "",
  );
  expect(silent).toEqual([]);
  try {
    resolve(value, "production");
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
  }
}

/** Every path into a value, so that any part of a right architecture can be spoilt. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))];
}

function spoil(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = spoil(copy[key], rest, by);
  return copy;
}

describe("arbitrary data", () => {
  it("is answered with problems, and nothing is thrown", () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), survives), { numRuns: 2_000 });
  });

  it("in the shape of an architecture's first level, too", () => {
    const keys = [...Object.keys(small), "__proto__", "constructor", "toString"];
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 4 })), survives), {
      numRuns: 2_000,
    });
  });

  it("anywhere inside a right architecture, too", () => {
    const somewhere = fc.constantFrom(...pathsOf(small));
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(-1, 0, 1e308, "", "-1s", "99999999999d", "10.0.0.0/0", "0.0.0.0/33"),
    );
    fc.assert(
      fc.property(somewhere, anything, (path, by) => survives(spoil(small, path, by))),
      { numRuns: 3_000 },
    );
  }, 120_000);

  it.each([[undefined], [() => 1], [Symbol("x")], [new Map()], [Object.create(null)], [NaN], [10n]])(
    "of odd kinds: %o",
    (value) => {
      survives(value);
      survives({ ...small, services: value, stores: { database: value } });
    },
  );
});
