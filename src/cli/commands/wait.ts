import { setTimeout as delay } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { formatDuration, parseDuration } from "#model/quantities/duration.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { TwinStatus } from "#twin/status.ts";
import { interruption, waitInterrupted } from "../interruption.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { chooseTwin, type KnownTwin } from "../twins.ts";
import { unsettledOf } from "../unsettled.ts";
import { untilStatus } from "../until.ts";

/** A twin that is about to be started has no control API to ask. */
const LOOK_EVERY_MS = 200;

interface WaitOptions {
  readonly for: "healthy" | "stopped";
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true;
}

export function waitCommand(): Command {
  return new Command("wait")
    .description("return when every service and store of a twin is healthy, or when the twin has stopped")
    .argument("[architecture]", "its name or the twin's; the only one that runs if left out")
    .addOption(
      new Option("--for <state>", "what to wait for").choices(["healthy", "stopped"]).default("healthy"),
    )
    .option("--timeout <duration>", "how long: 500ms, 60s, 5m", parseTimeout, 60_000)
    .addOption(jsonOption())
    .addHelpText("after", example("wait fargate --timeout 2m", "wait --for stopped"))
    .action(wait);
}

async function wait(name: string | undefined, options: WaitOptions): Promise<void> {
  const began = performance.now();
  const interrupted = interruption();
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(options.timeout)]);
  const seen: Seen = { twin: undefined, status: undefined };
  try {
    await (options.for === "healthy" ? untilHealthy(name, seen, signal) : untilStopped(name, seen, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
    if (!interrupted.aborted) throw tooLate(name, seen, options);
    const what = seen.twin?.name ?? name ?? "";
    return waitInterrupted("Nobody waits any longer.", what, options.json === true);
  }
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const twin = seen.twin?.name ?? name ?? null;
  if (options.json) printJson({ schemaVersion: 1, name: twin, state: options.for, seconds });
  else console.log(`${twin ?? "Every twin of this folder"} is ${options.for}, after ${seconds} s`);
}

/** What was last seen, to say what is not as it should be. */
interface Seen {
  twin: KnownTwin | undefined;
  status: TwinStatus | undefined;
}

/** One that is not there yet may be about to be started. */
async function untilHealthy(name: string | undefined, seen: Seen, signal: AbortSignal): Promise<void> {
  for (;;) {
    seen.twin = find(name);
    try {
      if (seen.twin?.running) {
        const holds = (status: TwinStatus) => (seen.status = status).phase === "running";
        await untilStatus(new ControlClient(seen.twin.running), holds, { signal });
        return;
      }
    } catch (error) {
      // One that goes away while it is looked at is looked for again.
      if (!(error instanceof PlumblineError && error.code === "SUPERVISOR_SILENT")) throw error;
    }
    seen.status = undefined;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function untilStopped(name: string | undefined, seen: Seen, signal: AbortSignal): Promise<void> {
  if (name !== undefined) chooseTwin(name, process.cwd());
  for (;;) {
    seen.twin = find(name ?? seen.twin?.name);
    if (!seen.twin?.running) return;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

function find(name: string | undefined): KnownTwin | undefined {
  try {
    return chooseTwin(name, process.cwd());
  } catch (error) {
    if (error instanceof PlumblineError && error.code === "TWIN_NOT_FOUND") return undefined;
    throw error;
  }
}

function tooLate(name: string | undefined, { twin, status }: Seen, options: WaitOptions): PlumblineError {
  const within = formatDuration(options.timeout);
  const what = twin?.name ?? name;
  if (options.for === "stopped" || !twin?.running) {
    const state = options.for === "stopped" ? "still runs" : "does not run";
    const said = twin || name ? `${what} ${state}` : "no twin of this folder runs";
    const remedy =
      options.for === "stopped" ? "End it with `plumbline down`." : "Start it with `plumbline up`.";
    return new PlumblineError("WAIT_TIMEOUT", `After ${within} ${said}.`, remedy);
  }
  return new PlumblineError(
    "WAIT_TIMEOUT",
    `After ${within} ${what} is not healthy: ${complaints(status).join("; ")}.`,
    `See \`plumbline status ${what}\` and \`plumbline logs\`, or give it a longer --timeout.`,
  );
}

function complaints(status: TwinStatus | undefined): string[] {
  if (!status) return ["its supervisor has not answered"];
  const named = unsettledOf(status).map(
    ({ name, progress, why }) => `${name} (${[progress, why].filter(Boolean).join("; ")})`,
  );
  return named.length > 0 ? named : [`it is ${status.phase}`];
}

/** Milliseconds. @throws InvalidArgumentError, which ends in a usage error. */
function parseTimeout(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration > 0) return Math.ceil(duration);
  throw new InvalidArgumentError("A duration is expected, like 60s or 5m.");
}
