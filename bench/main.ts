// Measures what the project promises of itself: `npm run bench -- <name> [--json]`. It prints figures and never passes
// or fails. Machines are shared and noisy, so each bench measures a yardstick in the same run.
import { parseArgs } from "node:util";
import { decisions } from "./decisions.ts";
import { frontDoor } from "./front-door.ts";
import { gateway } from "./gateway.ts";
import { generate } from "./generate.ts";
import { limits } from "./limits.ts";
import { restore } from "./restore.ts";
import { rules } from "./rules.ts";
import { screening } from "./screening.ts";
import { simulation } from "./simulation.ts";
import { simulator } from "./simulator.ts";
import { up } from "./up.ts";
import { uploads } from "./uploads.ts";
import { velocity } from "./velocity.ts";

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    // Of decisions only.
    rate: { type: "string", default: "10000" },
    seconds: { type: "string", default: "30" },
    // Of generate only.
    cdk: { type: "string" },
  },
});
const { json } = values;
const load = { rate: Number(values.rate), seconds: Number(values.seconds) };

const BENCHES: Readonly<
  Record<string, { readonly says: string; readonly run: (json: boolean) => Promise<void> }>
> = {
  decisions: {
    says: "durable decisions a second, all parts on this machine [--rate N] [--seconds S]",
    run: (json) => decisions({ ...load, json }),
  },
  "front-door": { says: "the load balancer beside HAProxy and nginx", run: frontDoor },
  gateway: { says: "what the gateway adds to its backend at 1,000 requests a second", run: gateway },
  generate: {
    says: "from an architecture to Terraform, beside the AWS CDK [--cdk FOLDER]",
    run: (json) => generate(json, values.cdk),
  },
  limits: {
    says: "the limits that the document of microservices states, on its twin",
    run: limits,
  },
  restore: {
    says: "a database of a gibibyte from its backup: to a moment, and from another region",
    run: restore,
  },
  rules: { says: "the validator's rules beside json-rules-engine and zen-engine", run: rules },
  screening: { says: "names against a sanctions list of 20,000", run: screening },
  simulation: { says: "scenarios with AWS's timings: requests a second, and how far off", run: simulation },
  simulator: { says: "events and requests a second of the simulator's kernel", run: simulator },
  up: { says: "from `up` to everything healthy, cold and warm, and the supervisor's memory", run: up },
  uploads: { says: "a file of 2 GiB, its memory, and rows validated a second", run: uploads },
  velocity: { says: "the windows in Redis: CPU for each transaction", run: velocity },
};

for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`There is no bench ${name}. There are:`);
    for (const [known, { says }] of Object.entries(BENCHES)) console.error(`  ${known}  ${says}`);
    process.exit(2);
  }
  await bench.run(json);
}
