import type { Reference, Source, Spread, Unit, Verdict } from "#model/evidence.ts";
import type { Substitute } from "#model/substitutes.ts";

/** The timing profile behind a figure: of the twin (`local`, `document`) or of the simulator (`aws`, `local`). */
export type Profile = "local" | "document" | "aws";

/** What `plumbline verify` has found about one environment of an architecture. Plain data; `--report` keeps it as JSON. */
export interface VerifyReport {
  readonly schemaVersion: 1;
  readonly architecture: string;
  readonly environment: string;
  readonly region: string;
  /** The file that the claims quote; null where the architecture names none. */
  readonly document: string | null;
  /** When it was made, RFC 3339. */
  readonly at: string;
  /** Of the verification, in seconds. */
  readonly seconds: number;
  /** Whether nothing was run for it: no twin, no load. */
  readonly fast: boolean;
  /** What `--only` named; empty: everything. */
  readonly only: readonly string[];
  /** The deployed system that the load checks were run against; null: a twin, or none. */
  readonly against: string | null;
  /** Failing ones first, then inconclusive ones, then those that hold; in each, in the document's order. */
  readonly checks: readonly VerifyCheck[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** The document's table beside the bill, one for each environment that it prices. */
  readonly bills: readonly BillTable[];
  /** What AWS does that bears on a figure, with its page and date: every timing that was simulated with. */
  readonly timings: readonly DatedTiming[];
  /** Where the document contradicts itself, and what was decided, in the architecture's own notes. */
  readonly notes: readonly ReportNote[];
  /** What the document announces for later: recorded, never counted as there. */
  readonly planned: readonly ReportClaim[];
  /** All of the checks', each once. */
  readonly substitutes: readonly Substitute[];
  readonly versions: Versions;
  /** Null where no earlier report of this architecture and environment is known. */
  readonly comparedWith: Comparison | null;
  /** Whether somebody ended it early: what was left is inconclusive. */
  readonly interrupted: boolean;
}

/** One figure, where it comes from, and whether it keeps what is promised. */
export interface VerifyCheck {
  /** Stable from run to run, and unique: `rto.simulated`, `single-point.stores.cache`. */
  readonly id: string;
  /** What is checked, in a few words. */
  readonly title: string;
  /** The id of the objective that it is about; null for a check that no objective asks for. */
  readonly objective: string | null;
  /** The kind of the objective (`recovery`), or of the check (`single-point`): what `--only` selects by. */
  readonly kind: string;
  /** The document's own words. */
  readonly claim: string | null;
  readonly claimLine: number | null;
  /** The document that the claim is quoted from, where it is not the report's. */
  readonly claimDocument: string | null;
  /** The part or setting that it is about, as a path: `stores.cache`. */
  readonly part: string | null;
  /** In `unit`; null where nothing was seen, or there is no number to it. */
  readonly figure: number | null;
  /** Where what is known is a span: the recovery time on AWS, a bill of between so much and so much. */
  readonly range: { readonly from: number; readonly to: number } | null;
  /** What the figure is held against, in `unit`: the upper end of it, where it is a span. */
  readonly limit: number | null;
  /** The lower end of a span; null where there is none. Equal to `limit` where a single figure is claimed. */
  readonly limitFrom: number | null;
  /** Whether the figure is to be at most the limit, at least it, or between both ends (within a tolerance that `says` tells). */
  readonly sense: "at-most" | "at-least" | "between" | null;
  readonly unit: Unit | null;
  readonly source: Source;
  /** Of what was measured or simulated; null for what was computed or documented. */
  readonly profile: Profile | null;
  readonly substitutes: readonly Substitute[];
  /** Measured requests or rounds, or simulated runs; 1 for what is computed or documented, 0 where nothing was seen. */
  readonly samples: number;
  /** Over the samples, in `unit`; null where there is but one. */
  readonly spread: Spread | null;
  readonly verdict: Verdict;
  /** One to three sentences: what was found, and why that is right or wrong. */
  readonly says: string;
  /** What would make it true. */
  readonly remedy: string | null;
  /** What the remedy adds to the bill, in dollars a month; negative where it saves, null where nobody can tell. */
  readonly remedyPerMonth: number | null;
  readonly references: readonly Reference[];
  /** What a plot of it shows. */
  readonly series?: Series;
}

/** What a plot shows. Times are milliseconds. */
export type Series =
  /** Of requests: how long the fastest so many per cent took. */
  | { readonly kind: "latency"; readonly percentiles: readonly { percent: number; ms: number }[] }
  /** Of rounds of a drill: one value for each; null: it never did. */
  | { readonly kind: "rounds"; readonly rounds: readonly { way: string; ms: number | null }[] }
  /** What happens one after the other from a fault on, or from nothing until all is built. */
  | { readonly kind: "steps"; readonly steps: readonly { says: string; fromMs: number; toMs: number }[] };

/** The document's table of costs beside the bill of the same environment. */
export interface BillTable {
  readonly environment: string;
  readonly region: string;
  readonly pricesAsOf: string;
  readonly perMonth: number;
  /** What the document gives as the total; null where it gives none. */
  readonly claimed: { readonly from: number; readonly to: number } | null;
  readonly claimLine: number | null;
  readonly rows: readonly BillRow[];
}

export interface BillRow {
  /** As the document names it, otherwise AWS's name. */
  readonly component: string;
  /** Null where the document has a row for which the architecture has nothing. */
  readonly perMonth: number | null;
  /** Null where the document's table leaves it out. */
  readonly claimed: { readonly from: number; readonly to: number } | null;
  readonly claimLine: number | null;
  readonly items: readonly BillLine[];
}

/** One line of the bill: quantity × hours × unit price. */
export interface BillLine {
  readonly name: string;
  readonly quantity: number;
  readonly unit: string;
  readonly hours: number | null;
  readonly unitPrice: number;
  readonly perMonth: number;
  readonly assumption: string | null;
}

export interface DatedTiming extends Reference {
  readonly id: string;
  readonly says: string;
}

export interface ReportNote {
  readonly about: string;
  readonly decision: string;
  readonly statements: readonly ReportClaim[];
}

export interface ReportClaim {
  readonly text: string;
  readonly line: number;
  readonly document: string | null;
}

/** What made the report. */
export interface Versions {
  readonly plumbline: string;
  readonly node: string;
  /** `linux x64, 2 processors, 8 GiB`. */
  readonly machine: string;
}

/** What is different since an earlier report. */
export interface Comparison {
  /** When that one was made, RFC 3339. */
  readonly at: string;
  /** Null: there was, or is, no such check. */
  readonly changes: readonly {
    readonly id: string;
    readonly title: string;
    readonly from: Verdict | null;
    readonly to: Verdict | null;
  }[];
}
