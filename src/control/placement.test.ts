import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PlacedReplica, type Zone, countByZone, place } from "./placement.ts";
import { runs } from "./testing/schedules.ts";

const zones = (...names: string[]): Zone[] => names.map((name) => ({ name, available: true }));
const replica = (id: string, zone: string, requestedAt = 0, healthy = true): PlacedReplica => ({
  id,
  zone,
  requestedAt,
  healthy,
});

/** The zones of the replicas once the changes are made. */
function zonesAfter(placed: readonly PlacedReplica[], { add, remove }: ReturnType<typeof place>): string[] {
  return [...placed.filter(({ id }) => !remove.includes(id)).map(({ zone }) => zone), ...add];
}

describe("zone-balanced placement", () => {
  test("new replicas go where the fewest are, and in a tie where the plan names the zone first", () => {
    expect(place(zones("a", "b", "c"), [], 4).add).toEqual(["a", "b", "c", "a"]);
    expect(place(zones("a", "b"), [replica("1", "a")], 2).add).toEqual(["b"]);
  });

  test("scaling in takes from the zone with the most, the unhealthy first and then the youngest", () => {
    const placed = [replica("1", "a", 1), replica("2", "a", 2), replica("3", "b", 3)];
    expect(place(zones("a", "b"), placed, 2).remove).toEqual(["2"]);
    const sick = [replica("1", "a", 1, false), ...placed.slice(1)];
    expect(place(zones("a", "b"), sick, 2).remove).toEqual(["1"]);
  });

  test("what an unavailable zone held moves to the others, and back when it returns", () => {
    const outage = [
      { name: "a", available: true },
      { name: "b", available: false },
    ];
    expect(place(outage, [replica("1", "a"), replica("2", "b")], 2)).toEqual({ add: ["a"], remove: ["2"] });
    expect(place(zones("a", "b"), [replica("1", "a", 1), replica("3", "a", 3)], 2)).toEqual({
      add: ["b"],
      remove: ["3"],
    });
  });

  test("a lost replica's zone gets the replacement in a tie", () => {
    const left = [replica("1", "a"), replica("2", "b")];
    expect(place(zones("a", "b"), left, 3, ["b"]).add).toEqual(["b"]);
    expect(place(zones("a", "b"), left, 3, []).add).toEqual(["a"]);
  });

  test("with no zone available nothing is added, and scaling in still works", () => {
    const none = [
      { name: "a", available: false },
      { name: "b", available: false },
    ];
    const placed = [replica("1", "a"), replica("2", "a"), replica("3", "b")];
    expect(place(none, placed, 4)).toEqual({ add: [], remove: [] });
    expect(place(none, placed, 2)).toEqual({ add: [], remove: ["2"] });
  });
});

describe("whatever there is", () => {
  const someZones = fc
    .uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 })
    .chain((names) =>
      fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), available: fc.boolean() }))),
    );
  const someReplicas = fc
    .array(
      fc.record({ zone: fc.constantFrom("a", "b", "c", "d"), healthy: fc.boolean(), requestedAt: fc.nat(9) }),
      { maxLength: 12 },
    )
    .map((list) => list.map((each, index) => ({ ...each, id: `r${index}` })));

  test("the count is right, zones differ by at most one, and no replica moves without need", () => {
    const property = fc.property(someZones, someReplicas, fc.nat(12), (zoneList, placed, desired) => {
      const plan = place(zoneList, placed, desired);
      const available: string[] = zoneList.filter((zone) => zone.available).map((zone) => zone.name);
      const after = zonesAfter(placed, plan);
      expect(new Set(plan.remove).size).toBe(plan.remove.length);
      const someAvailable = available.length > 0;
      expect(after).toHaveLength(someAvailable ? desired : Math.min(placed.length, desired));
      expect(someAvailable && after.some((zone) => !available.includes(zone))).toBe(false);
      const counts = available.map((name) => countByZone(after)[name] ?? 0);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      const before = countByZone(placed.map(({ zone }) => zone));
      const removedFrom = new Set<string>(
        placed.filter(({ id }) => plan.remove.includes(id)).map(({ zone }) => zone),
      );
      expect(plan.add.every((zone) => !removedFrom.has(zone))).toBe(true);
      const settled = available.map((name) => before[name] ?? 0);
      const wasBalanced =
        placed.length === desired &&
        placed.every(({ zone }) => available.includes(zone)) &&
        Math.max(...settled) - Math.min(...settled) <= 1;
      expect(wasBalanced && plan.add.length + plan.remove.length > 0).toBe(false);
    });
    fc.assert(property, runs(500));
  });
});
