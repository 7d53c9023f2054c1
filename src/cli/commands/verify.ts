import { Command, InvalidArgumentError, Option } from "commander";
import { loadArchitecture } from "#twin/architecture-file.ts";
import type { VerifyReport } from "#verify/report.ts";
import { verify, type VerifyRequest, wantedOf } from "#verify/verify.ts";
import { resolveNamed } from "../architectures.ts";
import { INTERRUPTED_EXIT, interruption } from "../interruption.ts";
import { example, jsonOption, parseRequestRate, parseSpan } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { besideStyle } from "../style.ts";
import { gatherAgainst, onlyAgainst } from "../verify/endpoint.ts";
import { type Gathered, gatherOnTwin, nothing } from "../verify/evidence.ts";
import { earlierReport, keepReport, versions, writeReports } from "../verify/reports.ts";
import { renderVerification } from "../verify/view.ts";

interface VerifyOptions {
  readonly environment: string;
  readonly only?: readonly string[];
  readonly fast?: true;
  readonly all?: true;
  readonly strict?: true;
  readonly report?: string;
  readonly against?: string;
  /** Requests a second. */
  readonly rate?: number;
  /** Seconds. */
  readonly for?: number;
  readonly yes?: true;
  readonly json?: true;
}

export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "hold every figure that the document claims against what is measured, simulated, priced and documented",
    )
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option("-e, --environment <name>", "which of its environments", "production")
    .addOption(
      new Option(
        "--only <names>",
        "only some checks: by objective, kind, source or id, with commas between",
      ).argParser(parseNames),
    )
    .option("--fast", "run nothing: what is computed, simulated and documented, in seconds")
    .option("--all", "name the checks that hold as well")
    .option("--strict", "fail also where something is inconclusive")
    .option("--report <folder>", "write report.html, report.md and report.json there")
    .option("--against <url>", "ask a deployed system in place of a twin: latency, throughput, connections")
    .addOption(
      new Option(
        "--rate <rate>",
        "with --against: how often it is asked; the promised rate if left out",
      ).argParser(parseRequestRate),
    )
    .addOption(
      new Option("--for <duration>", "with --against: how long, at most 5m; 20s if left out").argParser(
        parseLength,
      ),
    )
    .option("--yes", "with --against: agree to what will be sent")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "verify fargate --fast",
        "verify fargate --only recovery,cost --report verification",
        "verify microservices --only latency,throughput --against https://staging.example.com --rate 20/s",
      ),
    )
    .action(run);
}

async function run(name: string | undefined, options: VerifyOptions): Promise<void> {
  const began = performance.now();
  const { environment, fast = false, against = null, report: folder, json } = options;
  const found = await resolveNamed(name, environment);
  const { architecture } = found;
  const only = against === null ? (options.only ?? []) : onlyAgainst(options.only ?? [], architecture);
  const written = await loadArchitecture(found.file);
  const request: VerifyRequest = { architecture, written, only, fast: fast && against === null, against };
  const say = json ? () => {} : (text: string) => console.error(besideStyle.dim(text));
  const signal = interruption();
  const { measured, serviceTimes } = await gather(found, request, options, { signal, say });
  const report = verify(request, {
    measured,
    serviceTimes,
    at: new Date().toISOString(),
    seconds: () => Math.round((performance.now() - began) / 10) / 100,
    versions: versions(),
    earlier: signal.aborted ? null : earlierReport(architecture.name, environment, folder),
    interrupted: signal.aborted,
  });
  // One that was ended early lacks figures, and would be a poor thing to be compared with.
  const unkept = report.interrupted ? null : keepReport(report);
  if (unkept !== null) say(`The next report has nothing to be compared with: ${unkept}.`);
  const files = folder === undefined ? [] : writeReports(folder, report);
  if (json) printJson(report);
  else console.log(renderVerification(report, { all: options.all ?? false }));
  for (const file of files) say(`written  ${file}`);
  process.exitCode = exitCodeOf(report, options.strict ?? false);
}

/** Runs what is to be measured: nothing, a twin, or load on a deployed system. */
async function gather(
  found: Awaited<ReturnType<typeof resolveNamed>>,
  request: VerifyRequest,
  { rate, for: seconds, yes, json }: VerifyOptions,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<Gathered> {
  const { architecture } = found;
  const wanted = wantedOf(request);
  if (request.against !== null)
    return gatherAgainst(request.against, architecture, { rate, seconds, yes, json, signal, say });
  if (request.fast) return nothing("nothing was run, because of --fast");
  if (!wanted.load && wanted.drills.size + wanted.stores.size === 0)
    return nothing("none of the chosen checks needs a twin");
  const onEvent = json ? () => {} : progressPrinter(process.stderr);
  return gatherOnTwin(found, architecture, wanted, { signal, say, onEvent });
}

/** What a pipeline goes by: 1 where something fails; where nothing is known only if that is asked for. */
function exitCodeOf({ counts, interrupted }: VerifyReport, strict: boolean): number {
  if (interrupted) return INTERRUPTED_EXIT;
  return counts.fails > 0 || (strict && counts.inconclusive > 0) ? 1 : 0;
}

/** Load on a system of somebody's is never left running. */
function parseLength(text: string): number {
  const seconds = parseSpan(text) / 1000;
  if (seconds >= 1 && seconds <= 300) return seconds;
  throw new InvalidArgumentError("From 1s to 5m is expected.");
}

function parseNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
