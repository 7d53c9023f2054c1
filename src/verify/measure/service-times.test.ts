import { expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { loadSeen } from "../testing/seen.ts";
import { serviceTimesOf } from "./service-times.ts";

const architecture = resolve(smallWith({}), "production");

it("a request takes what the replicas used, and waits for the rest of the median", () => {
  // 10 % of half a vCPU, twice, for 100 requests a second.
  const times = serviceTimesOf(architecture, loadSeen({ utilisation: { cpu: 10, memory: 50 } }));
  expect(times?.["api"]).toMatchObject({ cpuMs: 1, waitMs: 7, memory: 2 ** 29 });
});

it("nothing is learned where nobody could look, or where the generator was the limit", () => {
  expect(serviceTimesOf(architecture, loadSeen({ utilisation: { cpu: null, memory: null } }))).toBeNull();
  expect(serviceTimesOf(architecture, loadSeen({ limits: ["The generator was late."] }))).toBeNull();
});

it("nothing is learned of a service that waits for other services", () => {
  const chain = resolve(
    smallWith({
      services: { api: { uses: ["database", "inner"] }, inner: { ...smallWith({}).services["api"] } },
    }),
    "production",
  );
  expect(serviceTimesOf(chain, loadSeen())).toBeNull();
});
