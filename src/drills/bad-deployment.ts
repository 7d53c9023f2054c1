import type { Drill } from "./drill.ts";
import { clock } from "./samples.ts";
import { servingService } from "./targets.ts";

/** What the bad version runs in place of the service's own command. */
const COMMANDS = {
  exits: ["node", "--eval", 'console.error("This version ends at once."); process.exit(1);'],
  "never-listens": ["node", "--eval", "setInterval(() => {}, 60_000);"],
} as const;

export const badDeployment: Drill = {
  name: "bad-deployment",
  says: "deploys a version that never gets healthy: it ends at once, or never listens; the deployment is rolled back",
  ways: Object.keys(COMMANDS),
  seenBy: "clients",
  plan: (scene, way) => {
    const { client } = scene;
    const { name, version, deployment } = servingService(scene);
    const deploymentOf = (status: typeof scene.status) =>
      status.services.find((service) => service.name === name)?.deployment;
    return {
      parts: [name],
      isNoticed: true,
      writesToStore: false,
      isOver: (status) => {
        const last = deploymentOf(status);
        return last !== undefined && last?.id !== deployment?.id && last?.state !== "IN_PROGRESS";
      },
      begin: async () => {
        const at = clock();
        const command = [...COMMANDS[way as keyof typeof COMMANDS]];
        const bad = `drill-${Math.floor(at / 1000).toString(36)}`;
        await client.deploy(name, { version: bad, definition: { command, env: {} } });
        return {
          at,
          what: `${name} is deployed in a version that ${way === "exits" ? "ends at once" : "never listens"}`,
          // Where the service does not roll back by itself, somebody has to.
          abandon: async () => void (await client.deploy(name, { version })),
        };
      },
    };
  },
};
