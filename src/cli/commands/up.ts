import { join } from "node:path";
import { Command, Option } from "commander";
import type { TimingProfile } from "#control/health.ts";
import { PlumblineError } from "#model/errors.ts";
import { launch } from "#twin/launch.ts";
import { assertRunnable } from "#twin/runnable.ts";
import { stateDirectory, TwinName, twinName, twinsDirectory } from "#twin/state/state-directory.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { resolveNamed } from "../architectures.ts";
import { printFailure } from "../failures.ts";
import { INTERRUPTED_EXIT, interruption } from "../interruption.ts";
import { example, jsonOption, parsePort } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { tryIt } from "../try-it.ts";
import { renderStatus } from "../status-view.ts";
import { besideStyle, style } from "../style.ts";
import { upRunning } from "../up-running.ts";
import { watchFiles } from "../watch/watch.ts";

interface UpOptions {
  readonly environment: string;
  readonly name?: string;
  readonly port?: number;
  readonly profile: TimingProfile;
  readonly detach?: true;
  readonly watch?: true;
  readonly json?: true;
}

export function upCommand(): Command {
  return new Command("up")
    .description(
      "run an architecture on this machine, until Ctrl-C or, detached, until `plumbline down`; where it runs already, apply what has changed",
    )
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option("-e, --environment <name>", "which of its environments", "development")
    .option("--name <name>", "a name for this twin, to run a second one beside the first")
    .option(
      "--port <number>",
      "the load balancer's port; the first free one from 8080 on if left out",
      parsePort,
    )
    .addOption(
      new Option(
        "--profile <name>",
        "how fast health is checked: fast as fits one machine, or as the document says",
      )
        .choices(["local", "document"])
        .default("local"),
    )
    .option("-d, --detach", "leave it running and return when all of it is healthy")
    .addOption(
      new Option(
        "-w, --watch",
        "apply each change of the architecture's file, and roll services whose program files change",
      ).conflicts("detach"),
    )
    .addOption(jsonOption())
    .addHelpText("after", example("up fargate", "up fargate --environment production --detach", "up --watch"))
    .action(up);
}

async function up(architectureName: string | undefined, options: UpOptions, command: Command): Promise<void> {
  const { environment, profile, port = null } = options;
  const { file, project, architecture } = await resolveNamed(architectureName, environment);
  assertRunnable(architecture);
  const name = checkName(options.name ?? twinName(architecture.name, environment));
  const stateRoot = join(twinsDirectory(process.cwd()), name);
  const watched = { file, project, environment, architecture };
  const record = runningRecord(stateDirectory(stateRoot));
  if (record) {
    const asked = {
      profile: command.getOptionValueSource("profile") === "cli" ? profile : undefined,
      port: options.port,
    };
    return upRunning(record, watched, { asked, watch: options.watch === true, json: options.json === true });
  }

  const print = progressPrinter(process.stderr);
  if (!options.json)
    console.error(
      `${besideStyle.bold(architecture.name)} (${environment}) starts; its state is in ${stateRoot}\n`,
    );
  // Before there is anything to stop: a signal must not end this program while it starts the twin.
  const interrupted = stopOnSignal(() => twin.stop());
  const twin = launch(
    { name, architectureFile: file, environment, project, stateRoot, profile, port },
    print,
  );
  let status: TwinStatus;
  try {
    status = await twin.ready;
  } catch (error) {
    await twin.ended;
    if (!interrupted.aborted) throw error;
    process.exitCode = INTERRUPTED_EXIT;
    return options.json ? printFailure(startInterrupted(), true) : undefined;
  }

  if (options.json) printJson(status);
  else console.log(`\n${renderStatus(status)}\n\n${tryIt(architecture, status)}`);
  if (options.detach) {
    twin.detach();
    if (!options.json)
      console.log(`It goes on running. End it with ${style.bold(`plumbline down ${name}`)}.`);
    return;
  }
  if (!options.json)
    console.log(style.dim(`${options.watch ? "Watching its files. " : ""}Ctrl-C stops it.\n`));
  const started = options.watch && runningRecord(stateDirectory(stateRoot));
  if (started) {
    const say = options.json ? () => {} : (text: string) => console.log(text);
    await watchFiles(started, watched, { signal: interrupted, say });
  }
  const code = await twin.ended;
  if (!interrupted.aborted && code !== 0) {
    throw new PlumblineError(
      "SUPERVISOR_ENDED",
      `The supervisor of ${name} ended unasked, and what it ran may still run.`,
      `\`plumbline down ${name}\` ends that; what happened is in ${stateDirectory(stateRoot).logs}.`,
    );
  }
}

function checkName(name: string): string {
  const checked = TwinName.safeParse(name);
  if (checked.success) return name;
  throw new PlumblineError(
    "NAME_INVALID",
    `"${name}" cannot name a twin: ${checked.error.issues[0]?.message}.`,
    "Choose another --name.",
  );
}

/** The first signal asks the twin to stop, and so does the end of who started us; @returns the signal of it. */
function stopOnSignal(stopTwin: () => void): AbortSignal {
  const interrupted = interruption();
  interrupted.addEventListener("abort", () => {
    console.error(besideStyle.dim("\nStopping: draining connections, then stopping every process ..."));
    stopTwin();
  });
  return interrupted;
}

function startInterrupted(): PlumblineError {
  return new PlumblineError(
    "UP_INTERRUPTED",
    "The twin was stopped while it started.",
    "Run `plumbline up` again.",
  );
}
