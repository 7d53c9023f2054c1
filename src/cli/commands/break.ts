import { Command, Option } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { example, jsonOption, parseSpan } from "../options.ts";
import { printJson } from "../output.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

interface BreakOptions {
  /** Milliseconds. */
  readonly for?: number;
  readonly delay?: number;
  readonly jitter?: number;
  readonly reset?: true;
  readonly force?: true;
  readonly twin?: string;
  readonly json?: true;
}

const HOW = ["kill", "hang", "cut", "slow"] as const;
type How = (typeof HOW)[number];

export function breakCommand(): Command {
  return new Command("break")
    .description("break a part of a running twin on purpose; `heal` mends it")
    .argument("<part>", "as status names it: a replica, a service, a store or its node, a zone, or region")
    .addArgument(
      new Command().createArgument("[how]", "kill, hang, cut or slow").choices(HOW).default("kill"),
    )
    .option("--for <duration>", "heal it by itself after this time: 500ms, 10s, 5m", parseSpan)
    .option("--delay <duration>", "with slow: how late everything is, in each direction", parseSpan)
    .option("--jitter <duration>", "with slow: up to how much later still", parseSpan)
    .addOption(new Option("--reset", "with cut: refuse connections, and do not leave them open"))
    .option("--force", "with region: its stores lose their data")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "break api-1",
        "break database hang",
        "break database slow --delay 200ms --for 30s",
        "break us-east-1a cut",
      ),
    )
    .action(breakPart);
}

async function breakPart(part: string, how: How, options: BreakOptions): Promise<void> {
  const fault = {
    part,
    ...effect(how, options),
    ...(options.for === undefined ? {} : { forMs: options.for }),
  };
  const client = new ControlClient(requireRunning(chooseTwin(options.twin, process.cwd())));
  const injected = await client.inject(fault);
  if (options.json) return printJson({ schemaVersion: 1, fault: injected });
  const { id, description, active } = injected;
  const heals =
    options.for === undefined ? `heal it: plumbline heal ${id}` : `heals in ${formatDuration(options.for)}`;
  console.log(`${id}: ${description}${active ? `; ${heals}` : ""}`);
}

/** @throws PlumblineError OPTION_UNSUITABLE where an option means nothing to what is done. */
function effect(how: How, { delay, jitter, reset, force }: BreakOptions) {
  const given = { delay, jitter, reset, force };
  const meant: Record<How, readonly (keyof typeof given)[]> = {
    kill: ["force"],
    hang: [],
    cut: ["reset"],
    slow: ["delay", "jitter"],
  };
  for (const option of Object.keys(given) as (keyof typeof given)[])
    if (given[option] !== undefined && !meant[how].includes(option)) throw meaningless(option, how);
  switch (how) {
    case "kill":
      return { how, force: force === true };
    case "hang":
      return { how };
    case "cut":
      return { how, reset: reset === true };
    case "slow":
      return { how, delayMs: delay ?? DEFAULT_DELAY_MS, jitterMs: jitter ?? 0 };
  }
}

/** Much more than a network within a region ever takes, and far less than clients give up after. */
const DEFAULT_DELAY_MS = 100;

function meaningless(option: string, how: How): PlumblineError {
  return new PlumblineError(
    "OPTION_UNSUITABLE",
    `--${option} means nothing to ${how}.`,
    "Leave it out; `plumbline break --help` says which option belongs to what.",
  );
}
