import type { Drill } from "./drill.ts";
import { inject } from "./inject.ts";
import { unsuitable } from "./targets.ts";

export const zoneFailure: Drill = {
  name: "zone-failure",
  says: "takes an availability zone away, with all that runs in it, and brings it back when the others serve",
  ways: ["kill"],
  seenBy: "clients",
  plan: ({ client, status, round }) => {
    const { zones, stores, services } = status;
    const zone = zones[round % zones.length]?.name;
    if (zone === undefined || zones.length < 2)
      throw unsuitable("it has a single zone", "Try it on an architecture with two.");
    return {
      parts: [
        zone,
        `forwarder-${zone}`,
        ...stores.map(({ name }) => name),
        ...services.map(({ name }) => name),
      ],
      isNoticed: true,
      zoneAway: zone,
      writesToStore: true,
      begin: () => inject(client, { part: zone, how: "kill" }),
    };
  },
};
