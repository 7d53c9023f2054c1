// Writes to a twin all the while a drill runs, as a process of its own, so that nothing that the drill does delays it.
import type { FromProbe, ToProbe } from "./messages.ts";
import { TargetProbe } from "./target-probe.ts";

/** How often it tells how it goes. */
const TELL_EVERY_MS = 50;

const probes = new Map<string, TargetProbe>();

function tell(message: FromProbe, then = () => {}): void {
  if (process.connected) process.send!(message, undefined, undefined, then);
}

function each<T>(of: (probe: TargetProbe) => T): Record<string, T> {
  return Object.fromEntries([...probes].map(([name, probe]) => [name, of(probe)]));
}

async function run(): Promise<void> {
  const telling = setInterval(
    () => tell({ kind: "state", targets: each(({ state }) => state) }),
    TELL_EVERY_MS,
  );
  await Promise.all([...probes.values()].map((probe) => probe.run()));
  clearInterval(telling);
  tell({ kind: "samples", targets: each(({ samples }) => samples) }, () => process.disconnect!());
}

process.on("message", (message: ToProbe) => {
  switch (message.kind) {
    case "run":
      for (const [name, target] of Object.entries(message.plan.targets))
        probes.set(name, new TargetProbe(target));
      return void run();
    case "redirect":
      return probes.get(message.name)?.redirect(message.target);
    case "stop":
      for (const probe of probes.values()) probe.stop();
  }
});
// A Ctrl-C in the terminal reaches this process too; the drill says when it ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
