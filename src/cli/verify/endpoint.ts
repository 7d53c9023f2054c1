import { lookup } from "node:dns/promises";
import { assertMayLoad, isLoopback } from "#load/permission.ts";
import { exampleTarget, type Target } from "#load/target.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { measureEndpoint } from "#verify/measure/endpoint.ts";
import { LOAD_SECONDS, planLoad } from "#verify/measure/load.ts";
import { promisedRate } from "#verify/rate.ts";
import { confirm } from "../confirm.ts";
import { findTarget } from "../load/target.ts";
import type { Gathered } from "./evidence.ts";

/** What load can show of a system that somebody else runs. */
export const AGAINST_KINDS: readonly string[] = ["latency", "throughput", "connections"];

/** Kinds of checks where none are named; @throws PlumblineError VERIFY_AGAINST_UNSUITABLE for what load cannot show. */
export function onlyAgainst(
  only: readonly string[],
  { name, objectives }: ResolvedArchitecture,
): readonly string[] {
  const shown = objectives.filter(({ kind }) => AGAINST_KINDS.includes(kind));
  const known = [...AGAINST_KINDS, ...shown.map(({ id }) => id)];
  const other = only.find((each) => !known.includes(each));
  if (other !== undefined)
    throw new PlumblineError(
      "VERIFY_AGAINST_UNSUITABLE",
      `"${other}" cannot be shown by asking a deployed system.`,
      `With --against, --only takes: ${known.join(", ")}.`,
    );
  if (shown.length === 0)
    throw new PlumblineError(
      "VERIFY_AGAINST_UNSUITABLE",
      `${name} promises nothing that load could show of a deployed system.`,
      `Add an objective of the kind ${AGAINST_KINDS.join(", ")}, or use \`plumbline load\`.`,
    );
  return only.length > 0 ? only : AGAINST_KINDS;
}

/**
 * Asks a deployed system by the architecture's example. Nothing is sent before somebody has agreed to exactly that;
 * this machine's own addresses are asked without a question.
 * @throws PlumblineError LOAD_NOT_ALLOWED, LOAD_TARGET_UNKNOWN, NOT_CONFIRMED
 */
export async function gatherAgainst(
  url: string,
  architecture: ResolvedArchitecture,
  {
    rate = promisedRate(architecture).perSecond,
    seconds = LOAD_SECONDS,
    yes,
    json,
    signal,
    say,
  }: {
    readonly rate: number | undefined;
    readonly seconds: number | undefined;
    readonly yes: true | undefined;
    readonly json: true | undefined;
    readonly signal: AbortSignal;
    readonly say: (text: string) => void;
  },
): Promise<Gathered> {
  const target = await targetOf(url, architecture);
  const plan = planLoad(target, rate, seconds);
  const { method, path } = target.request;
  const what = `${Math.round(rate * seconds)} requests will be sent to ${target.url.origin}: ${method} ${path}, ${rate.toFixed(1)} a second for ${seconds} s, over at most ${plan.connections} connections.`;
  // Whether it may be asked at all is known before anybody is asked to agree.
  await assertMayLoad(target.endpoint.host, rate, true);
  say(what);
  if (!(await isOwn(target.endpoint.host)))
    await confirm(`${what} Whoever runs it has to agree to that.`, {
      ...(yes ? { yes } : {}),
      ...(json ? { json } : {}),
    });
  return { measured: await measureEndpoint(plan, signal), serviceTimes: null };
}

async function targetOf(url: string, architecture: ResolvedArchitecture): Promise<Target> {
  if (!URL.canParse(url) || !/^https?:\/\//.test(url))
    throw new PlumblineError(
      "LOAD_TARGET_UNKNOWN",
      `${url} is no URL of a system.`,
      "Give one that begins with https:// or http://.",
    );
  const { endpoint } = await findTarget(url, process.cwd());
  return exampleTarget(architecture, url, endpoint.tls?.authorities ?? []);
}

async function isOwn(host: string): Promise<boolean> {
  const addresses = await lookup(host, { all: true });
  return addresses.every(({ address }) => isLoopback(address));
}
