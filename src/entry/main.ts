// The load balancer as a process of its own: forked by a supervisor, told everything over Node's IPC,
// and gone when the supervisor is.
import { PlumblineError } from "#model/errors.ts";
import { type LoadBalancer, startLoadBalancer } from "./load-balancer.ts";
import { type FromBalancer, type ToBalancer, toBalancerSchema } from "./messages.ts";

/** How long requests in flight may take after a SIGTERM, in milliseconds. */
const DRAIN_DEADLINE = 30_000;

let balancer: LoadBalancer | undefined;
/** The one after the other, so that answers keep the order of the questions. */
let work: Promise<void> = Promise.resolve();

function tell(message: FromBalancer): void {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

async function stop(deadline: number): Promise<never> {
  await balancer?.stop(deadline);
  process.exit(0);
}

async function configure(message: Extract<ToBalancer, { kind: "configure" }>): Promise<void> {
  if (balancer === undefined) {
    const onDrained = (group: string, target: string): void => tell({ kind: "drained", group, target });
    balancer = await startLoadBalancer(message.configuration, { onDrained });
  } else await balancer.configure(message.configuration);
  tell({ kind: "listening", listeners: balancer.addresses() });
  tell({ kind: "configured" });
}

function configured(): LoadBalancer {
  if (balancer !== undefined) return balancer;
  throw new PlumblineError(
    "NOT_CONFIGURED",
    "The load balancer has no listeners yet.",
    'Send "configure" first.',
  );
}

async function obey(received: unknown): Promise<void> {
  const checked = toBalancerSchema.safeParse(received);
  if (!checked.success) {
    const problems = checked.error.issues.map(
      ({ path, message }) => `${path.map(String).join(".")}: ${message}`,
    );
    throw new PlumblineError(
      "MESSAGE_INVALID",
      `The message is not valid: ${problems.join("; ")}.`,
      "Mend what is named.",
    );
  }
  const message = checked.data;
  switch (message.kind) {
    case "configure":
      await configure(message);
      return;
    case "targets":
      configured().setTargets(message.group, message.targets);
      tell({ kind: "configured" });
      return;
    case "metrics":
      tell({ kind: "metrics", metrics: configured().metrics() });
      return;
    case "stop":
      await stop(message.deadline);
  }
}

function reportFailure(error: unknown): void {
  // Anything else is a bug: the supervisor sees the process end and the trace on its stderr.
  if (!(error instanceof PlumblineError)) throw error;
  tell({ kind: "failed", code: error.code, message: `${error.message} ${error.remedy}` });
}

process.on("message", (message) => {
  work = work.then(() => obey(message)).catch(reportFailure);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => void stop(DRAIN_DEADLINE));
