import fc from "fast-check";
import { expect, it } from "vitest";
import type { Fault } from "../forwarder/messages.ts";
import { combined, Network } from "./network.ts";

const link = (route: string) => ({ from: "a", route, to: { id: "db-b", zone: "b" } });
const only =
  (name: string, fault: Fault) =>
  ({ route }: { route: string }) =>
    route === name ? fault : null;

it("breaks what a rule says, for as long as the rule holds", async () => {
  const network = new Network();
  const inForce: (Fault | null)[] = [];
  network.onChange(async () => void inForce.push(network.faultOf(link("db.writer"))));
  await network.break("fault-1", only("db.writer", { delayMs: 10 }));
  await network.break("fault-2", only("db.writer", { cut: "reset" }));
  await network.heal("fault-2");
  await network.heal("fault-2");
  await network.heal("fault-1");
  expect(inForce).toEqual([
    { delayMs: 10, jitterMs: 0 },
    { cut: "reset" },
    { delayMs: 10, jitterMs: 0 },
    null,
  ]);
  expect(network.faultOf(link("db.reader"))).toBeNull();
});

it("puts nothing in force again where there was nothing to clear", async () => {
  const network = new Network();
  let told = 0;
  network.onChange(async () => void (told += 1));
  await network.clear();
  expect(told).toBe(0);
  await network.break("fault-1", () => ({ cut: "drop" }));
  await network.clear();
  expect([told, network.faultOf(link("any"))]).toEqual([2, null]);
});

it("does the same whichever fault came first", () => {
  const fault = fc.oneof(
    fc.constantFrom<Fault>({ cut: "drop" }, { cut: "reset" }),
    fc.record({ delayMs: fc.nat(100), jitterMs: fc.nat(100) }),
  );
  fc.assert(
    fc.property(fc.array(fault), (faults) => {
      expect(combined(faults)).toEqual(combined(faults.toReversed()));
      const cuts = faults.filter((each) => "cut" in each);
      expect(combined(faults)).toEqual(cuts.length > 0 ? combined(cuts) : combined(faults));
    }),
  );
  expect(combined([{ cut: "reset" }, { delayMs: 5 }, { cut: "drop" }])).toEqual({ cut: "drop" });
  expect(combined([{ delayMs: 5 }, { delayMs: 7, jitterMs: 2 }])).toEqual({ delayMs: 12, jitterMs: 2 });
});
