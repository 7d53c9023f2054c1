import { expect, it } from "vitest";
import { Places } from "./places.ts";

it("says the worst that holds of a zone, until each fault is over", () => {
  const places = new Places();
  const states: string[] = [];
  places.onChange(() => void states.push(places.zone("a")));
  places.close("fault-1", [{ zone: "a", state: "cut" }]);
  places.close("fault-2", [
    { zone: "a", state: "gone" },
    { zone: "b", state: "gone" },
  ]);
  expect(places.zone("a", "fault-2")).toBe("cut");
  places.open("fault-2");
  places.open("fault-2");
  places.open("fault-1");
  expect(states).toEqual(["cut", "gone", "cut", "open"]);
  expect(places.zone("b")).toBe("open");
});

it("keeps nodes from being used that are cut off, or are where nothing is reached", () => {
  const places = new Places();
  const open = () =>
    [
      { id: "db-a", zone: "a" },
      { id: "db-b", zone: "b" },
    ].map((node) => places.isOpen(node));
  places.close("fault-1", [{ node: "db-a" }]);
  places.close("fault-2", [{ zone: "b", state: "cut" }]);
  expect(open()).toEqual([false, false]);
  places.open("fault-1");
  expect(open()).toEqual([true, false]);
  // Stores are the first that come back.
  places.close("fault-2", [{ zone: "b", state: "returning" }]);
  expect(open()).toEqual([true, true]);
});
