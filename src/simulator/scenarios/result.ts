/** What a simulation says: shapes only, so that whoever reads results imports no simulator. */
import type { TimingBasis, TimingId } from "#aws/timings/timings.ts";
import type { Spread } from "#model/evidence.ts";

/** What can be simulated: the faults of the model, and what is no fault. */
export const SCENARIOS = {
  steady: "the rate that is asked for, and no fault",
  deployment: "a new version that is well replaces the old one",
  "bad-deployment": "a new version never gets healthy",
  "traffic-spike": "four times the rate",
  "replica-crash": "a replica's process is gone",
  "replica-hang": "a replica keeps its connections and answers nothing",
  "node-failure": "a machine under the replicas is gone, with all that ran on it",
  "zone-failure": "an availability zone is gone: replicas, stores and NAT gateway in it",
  "database-failure": "the primary of the database is gone",
  "cache-failure": "the primary of the cache is gone",
  "region-failure": "the region is gone, and what only it held",
  disaster: "everything in the region is gone; what is left is the backup",
} as const;

export type Scenario = keyof typeof SCENARIOS;

/** `aws`: AWS's and Kubernetes' own timings; `local`: those of a twin on one machine. */
export type SimulatedProfile = "aws" | "local";

/** Durations of several runs. Where it never came to an end in any run, the figures are Infinity. */
export interface Durations extends Spread {
  readonly p95: number;
  /** In how many runs there was no end to it; the other figures are of the rest. */
  readonly never: number;
}

export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly average: number;
}

/** What happened in a typical run: the one whose outage is the median. */
export interface ScenarioStep {
  /** A sentence without its full stop: `the standby of stores.database takes over`. */
  readonly says: string;
  /** From the fault on, in milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What made it take so long; null where the architecture or the controllers say it. */
  readonly timing: TimingId | null;
}

/** A timing that took part. */
export interface UsedTiming {
  readonly id: TimingId;
  /** The distribution in words: `60 s to 120 s`. */
  readonly takes: string;
  readonly says: string;
  /** Whether the page gives the figure, or only what it is about. */
  readonly basis: TimingBasis;
  readonly page: string;
  readonly asOf: string;
}

/** How busy one service was, over all of a run's replicas and time. */
export interface ServiceUsage {
  /** Per cent of what is declared. */
  readonly cpu: Spread;
  /** Null where no twin has measured what a replica holds. */
  readonly memory: number | null;
  readonly replicas: Spread;
}

export interface ScenarioResult {
  readonly architecture: string;
  readonly environment: string;
  readonly scenario: Scenario;
  readonly profile: SimulatedProfile;
  readonly runs: number;
  readonly seed: number;
  /** Requests a second. */
  readonly rate: number;
  /** How requests were simulated: each of them, or by what is expected of all that come within an interval. */
  readonly mode: "event-by-event" | "aggregate";
  /** Of all runs together. */
  readonly requests: number;
  /** Each run's. */
  readonly failed: Spread;
  /** Of the requests that were answered; null where none was. */
  readonly latencyMs: Latency | null;
  /** From the fault until everything is as it should be; null where nothing has to recover. */
  readonly recoveryMs: Durations | null;
  /** From the fault to the first success that lasts, as drills count it; null where no fault is simulated. */
  readonly outageMs: Durations | null;
  /** From the oldest lost write to the fault; null where nothing can be lost. Infinity: everything. */
  readonly lossMs: Durations | null;
  readonly usage: Readonly<Record<string, ServiceUsage>>;
  /** Each run's, by service: one replica for an hour is 1. */
  readonly resourceHours: Readonly<Record<string, number>>;
  readonly steps: readonly ScenarioStep[];
  readonly timings: readonly UsedTiming[];
  /** Sentences: what was taken for granted. */
  readonly assumptions: readonly string[];
}

/** How long infrastructure takes to be made anew from code. */
export interface RebuildResult {
  /** Of the infrastructure, without any data. */
  readonly infrastructureMs: Durations;
  /** With the databases restored. */
  readonly totalMs: Durations;
  /** The critical path of a typical run. */
  readonly steps: readonly ScenarioStep[];
  readonly timings: readonly UsedTiming[];
  readonly assumptions: readonly string[];
}

/** What one request costs a service. */
export interface ServiceTime {
  /** Processor time of one vCPU, in milliseconds. */
  readonly cpuMs: number;
  /** How much that differs from request to request: standard deviation over mean; 1 is exponential, 0 constant. */
  readonly cpuVariation: number;
  /** What a request waits besides, for stores and the network, in milliseconds: nobody's processor. */
  readonly waitMs: number;
  readonly waitVariation: number;
  /** What a replica holds in memory, in bytes; null where nobody has measured. */
  readonly memory: number | null;
  /** From the start of a replica's process until it listens, in milliseconds; absent where nobody has measured. */
  readonly startMs?: number;
}

/** By service; those that are missing take what is assumed. */
export type ServiceTimes = Readonly<Record<string, ServiceTime>>;

export interface SimulateOptions {
  readonly runs: number;
  readonly seed: number;
  /** Requests a second; what the architecture promises or bills unless told. */
  readonly rate?: number;
  readonly profile?: SimulatedProfile;
  /** As a twin has measured them. */
  readonly serviceTimes?: ServiceTimes;
  /** Of `steady`: for how many hours; half an hour unless told. */
  readonly hours?: number;
  /** `day`: the rate is the mean of a day, with two fifths of it at midnight and eight fifths at noon; else it is constant. */
  readonly shape?: "constant" | "day";
  /** The service that a fault or a deployment is about; the last that a request comes to unless told. */
  readonly service?: string;
  /** The store that a fault is about; the first of its kind that a request comes to unless told. */
  readonly store?: string;
  /** When a client gives up, in milliseconds; 5,000 unless told. */
  readonly clientPatienceMs?: number;
  /** Each request, or what is expected of them; chosen by how many requests there would be unless told. */
  readonly mode?: ScenarioResult["mode"];
}
