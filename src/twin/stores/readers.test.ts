import { expect, it } from "vitest";
import { readerFor } from "./readers.ts";

const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
const reader = (zone: string) => ({ id: `cache-${zone}`, zone, address: { host: zone, port: 6379 } });
const readersOf = (...replicas: string[]) =>
  zones.map((zone) => readerFor(zone, zones, replicas.map(reader))?.address.host ?? null);

it("reads in the zone's own replica, else in any, spread over the zones, and nowhere where there is none", () => {
  expect(readersOf("us-east-1b")).toEqual(["us-east-1b", "us-east-1b", "us-east-1b"]);
  expect(readersOf("us-east-1b", "us-east-1c")).toEqual(["us-east-1b", "us-east-1b", "us-east-1c"]);
  expect(readersOf()).toEqual([null, null, null]);
});
