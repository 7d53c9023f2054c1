// Measures what the project promises of itself: `npm run bench -- <name> [--json]`. It prints figures and never passes
// or fails. Machines are shared and noisy, so each bench measures a yardstick in the same run.
import { frontDoor } from "./front-door.ts";
import { up } from "./up.ts";

const BENCHES: Readonly<
  Record<string, { readonly says: string; readonly run: (json: boolean) => Promise<void> }>
> = {
  "front-door": { says: "the load balancer beside HAProxy and nginx", run: frontDoor },
  up: { says: "from `up` to everything healthy, cold and warm, and the supervisor's memory", run: up },
};

const names = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const json = process.argv.includes("--json");
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench) {
    console.error(`There is no bench ${name}. There are:`);
    for (const [known, { says }] of Object.entries(BENCHES)) console.error(`  ${known}  ${says}`);
    process.exit(2);
  }
  await bench.run(json);
}
