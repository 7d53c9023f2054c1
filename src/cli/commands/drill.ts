import { Command, InvalidArgumentError, Option } from "commander";
import { DRILLS, findDrill } from "#drills/catalog.ts";
import type { Drill } from "#drills/drill.ts";
import type { DrillReport } from "#drills/report.ts";
import { runDrill } from "#drills/run.ts";
import { PlumblineError } from "#model/errors.ts";
import { type DrillTwin, runningTwin, startedTwin } from "../drill/twin.ts";
import { renderDrills, renderReport, roundLine } from "../drill/view.ts";
import { INTERRUPTED_EXIT, interruption } from "../interruption.ts";
import { example, jsonOption, parseRequestRate } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { besideStyle } from "../style.ts";

interface DrillCommandOptions {
  readonly list?: true;
  readonly times: number;
  readonly how?: string;
  /** Requests a second. */
  readonly rate: number;
  readonly twin?: string;
  readonly up?: string | true;
  readonly environment: string;
  readonly yes?: true;
  readonly json?: true;
}

export function drillCommand(): Command {
  return new Command("drill")
    .description(
      "break something of a running twin on purpose, and measure what clients see and how it recovers",
    )
    .argument("[name]", "which drill; --list names them")
    .option("--list", "name the drills, with a sentence about each")
    .option("--times <count>", "how often, each way of breaking it", parseTimes, 1)
    .option("--how <way>", "one way of breaking it; all in turn if left out")
    .addOption(
      new Option("--rate <rate>", "of traffic-spike: before it, and a quarter of it")
        .argParser(parseRequestRate)
        .default(200, "200/s"),
    )
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .option("--up [architecture]", "start a twin for the drill, and end it afterwards")
    .option("-e, --environment <name>", "of the twin that --up starts", "production")
    .option("--yes", "let it take away what is lost for good should the drill go wrong")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "drill --list",
        "drill database-failure --how kill --times 5",
        "drill zone-failure --up fargate --json",
      ),
    )
    .action(drill);
}

async function drill(name: string | undefined, options: DrillCommandOptions): Promise<void> {
  if (options.list || name === undefined) return list(options);
  const chosen = findDrill(name);
  const way = wayOf(chosen, options.how);
  if (chosen.risk !== undefined && !options.yes) throw needsConsent(chosen.name, chosen.risk);
  const signal = interruption();
  const print = progressPrinter(process.stderr);
  const onEvent = options.json ? () => {} : print;
  const { up, environment } = options;
  const twin =
    up === undefined
      ? await runningTwin(options.twin)
      : await startedTwin(up === true ? undefined : up, { environment, signal, onEvent });
  try {
    const report = await run(chosen, twin, { ...options, way, signal });
    if (options.json) printJson(report);
    else console.log(`\n${renderReport(report)}`);
    process.exitCode = exitCodeOf(report);
  } finally {
    await twin.release();
  }
}

function run(
  chosen: Drill,
  { record, architecture }: DrillTwin,
  { times, rate, way, signal, json }: DrillCommandOptions & { way: string | null; signal: AbortSignal },
): Promise<DrillReport> {
  const tell = json ? () => {} : (text: string) => console.error(text);
  tell(`${chosen.name} on ${record.name}: ${chosen.says}\n`);
  return runDrill(chosen, record, architecture, {
    times,
    rate,
    way,
    signal,
    say: (text) => tell(besideStyle.dim(`  ${text}`)),
    onRound: (round, number) => tell(roundLine(round, number)),
  });
}

/** What a shell can go by: only what holds is done. */
function exitCodeOf({ verdict, interrupted }: DrillReport): number {
  if (interrupted) return INTERRUPTED_EXIT;
  return verdict === "holds" ? 0 : 1;
}

function list({ list: isAsked, json }: DrillCommandOptions): void {
  if (json)
    printJson({ schemaVersion: 1, drills: DRILLS.map(({ name, says, ways }) => ({ name, says, ways })) });
  else console.log(renderDrills(DRILLS));
  if (!isAsked && !json) console.error(besideStyle.dim("\nRun one with `plumbline drill <name>`."));
}

function wayOf({ name, ways }: Drill, asked: string | undefined): string | null {
  if (asked === undefined || ways.includes(asked)) return asked ?? null;
  throw new PlumblineError(
    "DRILL_WAY_UNKNOWN",
    `${name} cannot be done by "${asked}".`,
    `It can be done by: ${ways.join(", ")}.`,
  );
}

function needsConsent(name: string, risk: string): PlumblineError {
  return new PlumblineError(
    "DRILL_NEEDS_CONSENT",
    risk,
    `If that is what you want: \`plumbline drill ${name} --yes\`.`,
  );
}

function parseTimes(text: string): number {
  const times = Number(text);
  if (Number.isInteger(times) && times >= 1) return times;
  throw new InvalidArgumentError("A whole number from 1 on is expected.");
}
