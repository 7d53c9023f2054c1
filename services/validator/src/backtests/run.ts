import type { Pool } from "../database/session.ts";
import { compile } from "../rules/compile.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { RuleSetInvalid } from "../rules/problems.ts";
import { Accumulation } from "./accumulation.ts";
import { createClaimKeeper, type ClaimKeeper } from "./claim-keeper.ts";
import { saveTotal, type ClaimedBacktest } from "./claims.ts";
import { createAskedBy, decidedIn, type AskedBy } from "./deciding.ts";
import { createEvaluator } from "./evaluation.ts";
import { BacktestFailure } from "./failure.ts";
import {
  boundaryOf,
  countDecisions,
  decidingVersion,
  readPages,
  type PastDecision,
} from "./past-decisions.ts";
import { readReferences } from "./references.ts";
import { createAsk } from "./source.ts";
import { createThrottle } from "./throttle.ts";
import { createBoundedWindows, definitionsToCompute, longestWindow } from "./windows.ts";

export interface RunParts {
  readonly reader: Pool;
  readonly writer: Pool;
  /** Share of one core that may be used, above 0 and at most 1. */
  readonly share: number;
  /** Entries that windows may hold in memory. */
  readonly windowEntries: number;
}

/** Rows that are read at once. */
const PAGE = 200;
/** Rows between two rests: a few milliseconds of work. */
const SLICE = 20;
/** Milliseconds that a decision may have been received before the time in its id. */
const SLACK = 60_000;

/**
 * Runs a backtest from its last checkpoint to its end, or until somebody cancels it or takes it over. Throws
 * BacktestFailure where nobody could run it, and anything else where another attempt may succeed.
 */
export async function runBacktest(job: ClaimedBacktest, parts: RunParts): Promise<void> {
  const claim = createClaimKeeper(job, parts.writer);
  try {
    await run(job, claim, parts);
  } catch (error) {
    if (!claim.signal.aborted) throw error;
  } finally {
    claim.stop();
  }
}

async function run(job: ClaimedBacktest, claim: ClaimKeeper, parts: RunParts): Promise<void> {
  const { reader, writer, share, windowEntries } = parts;
  const { document, from, to, sample } = job;
  const ruleSet = compileJob(job);
  const ask = createAsk(reader, writer);
  const askedBy = createAskedBy(writer);
  const throttle = createThrottle(share, claim.signal);

  if (job.total === null) await saveTotal(writer, job, await countDecisions(ask, from, to));
  const references = await readReferences({ pool: writer, ruleSet, document, from, to, now: Date.now() });
  const deciding = await Promise.all((await decidedIn(writer, from, to)).map(askedBy));
  const definitions = definitionsToCompute(ruleSet, deciding);
  const observe = definitions.length === 0 ? undefined : createBoundedWindows(definitions, windowEntries);
  const accumulation = new Accumulation(job.accumulated ?? undefined);
  const evaluator = createEvaluator({ ruleSet, observe, references, accumulation });
  let position = job.position ?? boundaryOf(from.getTime());
  let { done } = job;

  const page = { limit: PAGE, withAllTransactions: observe !== undefined };
  if (observe !== undefined) {
    const after = boundaryOf(timeOf(position) - longestWindow(definitions) - SLACK);
    for await (const rows of readPages(ask, { ...page, after, through: position, sample: 0 })) {
      for (const slice of slices(rows)) {
        for (const row of slice) evaluator.warmUp(row);
        await throttle.rest();
      }
    }
  }
  const rest = { ...page, after: position, through: boundaryOf(to.getTime()), sample };
  for await (const rows of readPages(ask, rest)) {
    const asked = await windowsAskedFor(rows, askedBy);
    for (const slice of slices(rows)) {
      for (const row of slice) evaluator.take(row, asked.get(row.hash) ?? NOTHING);
      done += slice.length;
      position = (slice.at(-1) as PastDecision).id;
      await claim.checkpoint(() => ({ done, position, accumulated: accumulation.toJSON() }));
      await throttle.rest();
    }
  }
  await claim.finish({ done, accumulated: accumulation.toJSON() });
}

function* slices(rows: readonly PastDecision[]): Generator<readonly PastDecision[]> {
  for (let first = 0; first < rows.length; first += SLICE) yield rows.slice(first, first + SLICE);
}

function compileJob({ document, version, hash }: ClaimedBacktest): CompiledRuleSet {
  const advice = "save it again as a draft, and see what is refused";
  try {
    const ruleSet = compile(document, version);
    if (ruleSet.hash === hash) return ruleSet;
  } catch (error) {
    if (!(error instanceof RuleSetInvalid)) throw error;
  }
  throw new BacktestFailure("rule_set_unrunnable", advice);
}

const NOTHING: ReadonlySet<string> = new Set();

/** By the hash of the version that decided. */
async function windowsAskedFor(rows: readonly PastDecision[], askedBy: AskedBy) {
  const asked = new Map<string | null, ReadonlySet<string>>();
  for (const row of rows) {
    if (asked.has(row.hash)) continue;
    const name = decidingVersion(row);
    asked.set(row.hash, (name && (await askedBy(name))) ?? NOTHING);
  }
  return asked;
}

/** Milliseconds since 1970 in an id (RFC 9562, section 5.7). */
function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
