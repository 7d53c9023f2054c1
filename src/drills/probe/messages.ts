import type { Endpoint } from "#load/connection.ts";
import type { RequestTemplate } from "#load/request.ts";
import type { Sample } from "../samples.ts";

/** What is written to, again and again. */
export type ProbeTarget =
  | {
      readonly kind: "http";
      readonly endpoint: Endpoint;
      readonly request: RequestTemplate;
      /** What the requests' numbers begin with. */
      readonly run: string;
    }
  /** A row for each write: `insert into <table> values (<sequence>)`. */
  | { readonly kind: "sql"; readonly url: string; readonly table: string };

export interface ProbePlan {
  /** By name. */
  readonly targets: Readonly<Record<string, ProbeTarget>>;
}

/** What is known of a target at one moment. */
export interface ProbeState {
  readonly succeeded: number;
  readonly failed: number;
  /** Since when no request has failed and none has waited for longer than a second; by the samples' clock. */
  readonly wellSince: number;
  readonly lastError: string | null;
}

export type ToProbe =
  | { readonly kind: "run"; readonly plan: ProbePlan }
  /** What is written to has moved. */
  | { readonly kind: "redirect"; readonly name: string; readonly target: ProbeTarget }
  | { readonly kind: "stop" };

export type FromProbe =
  | { readonly kind: "state"; readonly targets: Readonly<Record<string, ProbeState>> }
  | { readonly kind: "samples"; readonly targets: Readonly<Record<string, readonly Sample[]>> };
