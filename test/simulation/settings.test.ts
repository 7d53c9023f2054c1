import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Architecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { settingsOf } from "#simulator/scenarios/settings.ts";
import { SCALING_TIMING } from "#twin/scaling/scaling-timing.ts";
import { deploymentPolicy, healthSettings, replicaSettings } from "#twin/timing.ts";
import { scalingSettings } from "#control/scaling/scaling-settings.ts";
import { chooseTarget } from "#entry/balancing.ts";
import { streamOf } from "#simulator/kernel/random.ts";
import { Targets } from "#simulator/requests/servers.ts";

const ARCHITECTURES = join(import.meta.dirname, "../../architectures");

// Neither imports the other, and both have to mean the same by `local`.
test.for(readdirSync(ARCHITECTURES))("the simulator's local profile of %s is the twin's", async (name) => {
  const file = join(ARCHITECTURES, name, "architecture.ts");
  const { default: architecture } = (await import(file)) as { default: Architecture };
  const resolved = resolve(architecture, "production");
  for (const service of Object.values(resolved.services)) {
    if (service.kind !== "web") continue;
    const simulated = settingsOf(resolved, service, "local", false);
    const { sampleMs } = SCALING_TIMING.local;
    expect(simulated).toEqual({
      health: healthSettings("local", service),
      replicas: replicaSettings("local", service, resolved, service.replicas.desired),
      rollout: deploymentPolicy("local", service, resolved),
      scaling: scalingSettings(service, resolved.compute.kind, SCALING_TIMING.local),
      sampleMs,
    });
  }
});

test("simulated requests go to the targets that the load balancer would choose", () => {
  const random = streamOf(5, "targets");
  const targets = new Targets("least-outstanding-requests", random);
  const count = 5;
  targets.set([...Array(count).keys()]);
  const outstanding = new Int32Array(16);
  let last = -1;
  for (let request = 0; request < 2000; request += 1) {
    const candidates = Array.from({ length: count }, (_, index) => ({
      state: "healthy" as const,
      outstanding: outstanding[index] as number,
    }));
    last = chooseTarget(candidates, last);
    expect(targets.choose(outstanding, -1)).toBe(last);
    outstanding[last] = (outstanding[last] as number) + 1;
    const done = random.between(0, count - 1);
    if ((outstanding[done] as number) > 0) outstanding[done] = (outstanding[done] as number) - 1;
  }
});
