import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Arrivals, expectedCount } from "#load/arrivals.ts";
import type { LoadResult } from "#load/generator.ts";
import { limitsOf } from "#load/limits.ts";
import { assertMayLoad } from "#load/permission.ts";
import { readOffsets } from "#load/replay.ts";
import { bodyOf, type RequestTemplate } from "#load/request.ts";
import { runLoad } from "#load/run.ts";
import { type ProfileName, PROFILES, shapeOf } from "#load/shape.ts";
import type { Target } from "#load/target.ts";
import { PlumblineError } from "#model/errors.ts";
import { parseDuration } from "#model/quantities/duration.ts";
import { INTERRUPTED_EXIT, interruption } from "../interruption.ts";
import { findTarget } from "../load/target.ts";
import { renderLoad, secondLine } from "../load/view.ts";
import { example, jsonOption, parseCount, parseRequestRate } from "../options.ts";
import { printJson } from "../output.ts";
import { besideStyle } from "../style.ts";

interface LoadOptions {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly for: number;
  readonly profile: ProfileName;
  readonly times?: string;
  readonly spacing: "poisson" | "even";
  readonly seed: number;
  readonly connections?: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly method?: string;
  readonly path?: string;
  readonly bodyFile?: string;
  readonly yesThisIsMine?: true;
  readonly json?: true;
}

export function loadCommand(): Command {
  const profiles = Object.keys(PROFILES) as ProfileName[];
  return new Command("load")
    .description("send requests at a rate that no answer changes, and tell the latencies")
    .argument("[target]", "a URL, or a twin's or its architecture's name; the only one that runs if left out")
    .addOption(
      new Option("--rate <rate>", "how often: 2000/s, 600/min")
        .argParser(parseRequestRate)
        .default(100, "100/s"),
    )
    .addOption(new Option("--for <duration>", "how long").argParser(readTime).default(10_000, "10s"))
    .addOption(new Option("--profile <name>", "how the rate changes").choices(profiles).default("steady"))
    .option("--times <file>", "for --profile replay: offsets in milliseconds, or an access log")
    .addOption(
      new Option("--spacing <how>", "between requests: as of many clients, or even")
        .choices(["poisson", "even"])
        .default("poisson"),
    )
    .option("--seed <number>", "the same seed gives the same times", parseCount, 1)
    .option(
      "--connections <count>",
      "the most at a time; a tenth of a second's requests, 32 to 512",
      parseCount,
    )
    .addOption(
      new Option(
        "--timeout <duration>",
        "without an answer by then, from when it was due, a request has failed",
      )
        .argParser(readTime)
        .default(10_000, "10s"),
    )
    .option("--method <method>", "in place of the architecture's example, or of GET", readMethod)
    .option("--path <path>", "in place of the example's or the URL's; takes ${NOW}, ${NUMBER}, ${UUID}")
    .option("--body-file <file>", "sent as JSON if it is that, else as bytes; takes the same")
    .option("--yes-this-is-mine", "let it load a host that is not this machine")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "load --rate 500/s --for 30s",
        "load fargate --profile spike --rate 200/s",
        "load http://127.0.0.1:3000/ --rate 50/s --method POST --body-file order.json",
      ),
    )
    .action(load);
}

async function load(name: string | undefined, options: LoadOptions): Promise<void> {
  const target = await findTarget(name, process.cwd());
  const request = requestOf(target, options);
  const { arrivals, seconds, count, peak } = planOf(options);
  await assertMayLoad(target.endpoint.host, peak, options.yesThisIsMine === true);
  const connections = options.connections ?? Math.min(512, Math.max(32, Math.ceil(peak / 10)));
  const interrupted = interruption();
  if (!options.json)
    console.error(
      `${request.method} ${target.url.origin}${request.path}: ${Math.round(count)} requests in ${seconds.toFixed(1)} s, ${options.profile}, over at most ${connections} connections\n`,
    );
  const onSecond = options.json
    ? () => {}
    : (second: Parameters<typeof secondLine>[0]) => console.error(secondLine(second));
  const plan = { endpoint: target.endpoint, arrivals, seconds, connections };
  const run = runLoad({ ...plan, timeoutMs: options.timeout, giveUpAfterMs: null }, request, onSecond);
  interrupted.addEventListener("abort", () => run.stop());
  const result = await run.result;
  if (interrupted.aborted) process.exitCode = INTERRUPTED_EXIT;
  const limits = limitsOf(result, connections);
  if (options.json)
    return printJson(
      report(result, { target, request, options, connections, limits, interrupted: interrupted.aborted }),
    );
  if (interrupted.aborted) console.error(besideStyle.dim("\nInterrupted; this is what there is so far."));
  console.log(`\n${renderLoad(result, limits)}`);
}

interface Told {
  readonly target: Target;
  readonly request: RequestTemplate;
  readonly options: LoadOptions;
  readonly connections: number;
  readonly limits: readonly string[];
  readonly interrupted: boolean;
}

function report(result: LoadResult, { target, request, options, connections, limits, interrupted }: Told) {
  const { asked, succeeded, failed, answered, elapsedSeconds, latency, service, lag, waited, cpuShare } =
    result;
  const { profile, spacing, seed, rate } = options;
  return {
    schemaVersion: 1,
    url: `${target.url.origin}${request.path}`,
    method: request.method,
    profile,
    ...(profile === "replay" ? {} : { rate, spacing, seed }),
    connections,
    seconds: elapsedSeconds,
    requests: asked,
    succeeded,
    failed,
    answered,
    succeededPerSecond: succeeded / elapsedSeconds,
    latencyMs: latency,
    serviceMs: service,
    generator: { lateMs: lag, waited, cpuShare },
    limits,
    interrupted,
  } as const;
}

/** What is to be sent when, and how much that is. */
function planOf({ profile, times, rate, for: forMs, spacing, seed }: LoadOptions): {
  readonly arrivals: Arrivals;
  readonly seconds: number;
  readonly count: number;
  readonly peak: number;
} {
  if (profile !== "replay") {
    const seconds = forMs / 1000;
    const segments = shapeOf(profile, rate, seconds);
    const peak = Math.max(...segments.flatMap(({ from, to }) => [from, to]));
    return {
      arrivals: { kind: "rate", segments, spacing, seed },
      seconds,
      count: expectedCount(segments),
      peak,
    };
  }
  if (times === undefined)
    throw new PlumblineError(
      "REPLAY_UNREADABLE",
      "There is nothing to replay: no file was named.",
      "Name a file of offsets or an access log: --times access.log.",
    );
  const offsets = readOffsets(readText(times).toString(), times);
  const seconds = (offsets.at(-1) as number) / 1000 + 0.001;
  const peak = Math.max(...perSecond(offsets));
  return { arrivals: { kind: "replay", offsets }, seconds, count: offsets.length, peak };
}

function perSecond(offsets: readonly number[]): number[] {
  const counts: number[] = [];
  for (const offset of offsets) {
    const second = Math.floor(offset / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return counts.filter((count) => count !== undefined);
}

function requestOf({ request }: Target, { method, path, bodyFile }: LoadOptions): RequestTemplate {
  const body = bodyFile === undefined ? null : bodyOf(readText(bodyFile));
  // A method or a body of one's own is another request: the example's body does not belong to it.
  const own = body !== null || method !== undefined;
  return {
    host: request.host,
    method: method ?? (body === null ? request.method : "POST"),
    path: path ?? request.path,
    body: own ? body : request.body,
  };
}

function readText(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new PlumblineError(
      "FILE_UNREADABLE",
      `${file} cannot be read: ${(cause as Error).message}.`,
      "Give the path of a file.",
      { cause },
    );
  }
}

function readTime(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration > 0) return duration;
  throw new InvalidArgumentError("A duration is expected, like 60s or 5m.");
}

function readMethod(text: string): string {
  const method = text.toUpperCase();
  // HEAD has no body, whatever its answer says; nothing is learned from it that GET does not tell.
  if (["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method)) return method;
  throw new InvalidArgumentError("GET, POST, PUT, PATCH, DELETE or OPTIONS is expected.");
}
