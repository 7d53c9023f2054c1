import type { Instant } from "../controller.ts";

/**
 * `cpu` and `memory` in per cent of what is declared for a replica; `requests-per-target` in requests a minute.
 * On AWS: ECSServiceAverageCPUUtilization, ECSServiceAverageMemoryUtilization and ALBRequestCountPerTarget.
 */
export type ScalingMetric = "cpu" | "memory" | "requests-per-target";

/** A metric's values of one replica, null where nobody measured one. */
export type Figures = Readonly<Record<ScalingMetric, number | null>>;

/** What is known of one replica when it is sampled. Those that drain or stop are not sampled. */
export interface ReplicaSample {
  readonly id: string;
  /** Whether it serves: healthy for the target group, ready for Kubernetes. */
  readonly ready: boolean;
  readonly startedAt: Instant;
  /** When it became ready, or stopped being so; null while it was never ready. */
  readonly readyChangedAt: Instant | null;
  readonly figures: Figures;
}

/** The mean over the replicas that have a value, as CloudWatch's Average over a service's tasks; null without any. */
export function meanOf(replicas: readonly ReplicaSample[], metric: ScalingMetric): number | null {
  const values = replicas.flatMap(({ figures }) => figures[metric] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A value as people read it: `93 %`, `1200 requests/min`. */
export function showMetric(metric: ScalingMetric, value: number): string {
  return metric === "requests-per-target" ? `${Math.round(value)} requests/min` : `${Math.round(value)} %`;
}
