import { describe, expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { small } from "#model/testing/small.ts";
import { withSettings } from "./settings.ts";

const architecture = resolve(small, "production");

describe("withSettings", () => {
  it("changes what the paths name and nothing else", () => {
    const changed = withSettings(architecture, {
      "services.api.replicas.max": 9,
      "network.subnets.public.1": "10.0.3.0/24",
      "stores.database.backup.copyTo": { region: "us-west-2", retention: 86_400_000 },
    });
    expect(changed.services["api"]).toMatchObject({ replicas: { min: 2, desired: 2, max: 9 } });
    expect(changed.network.subnets.public).toEqual(["10.0.1.0/24", "10.0.3.0/24"]);
    expect(changed.stores["database"]).toMatchObject({ backup: { copyTo: { region: "us-west-2" } } });
    expect(changed.entry).toBe(architecture.entry);
    expect(changed.stores["logs"]).toBe(architecture.stores["logs"]);
    expect(Object.isFrozen(changed.services)).toBe(true);
  });

  it("leaves the architecture itself as it is", () => {
    withSettings(architecture, { "network.nat": "single" });
    expect(architecture.network.nat).toBe("per-zone");
  });

  it("refuses a path that leads through nothing", () => {
    expect(() => withSettings(architecture, { "stores.databse.multiZone": true })).toThrow(
      'The architecture has nothing at "stores.databse.multiZone".',
    );
  });
});
