/** The periods that scaling goes by; whoever runs a controller chooses. All times in milliseconds. */
export interface ScalingTiming {
  /** Multiplies the periods of alarms. */
  readonly periods: number;
  /** Multiplies cooldowns and stabilisation windows. */
  readonly waits: number;
  /** Of the HorizontalPodAutoscaler: how often it looks, and the period that its rules and metrics go by. */
  readonly podSyncMs: number;
  readonly cpuInitialisationMs: number;
  readonly initialReadinessMs: number;
}

/**
 * AWS's and Kubernetes' own: data points of a minute, and the flags of kube-controller-manager.
 * https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
 */
export const DOCUMENTED_TIMING: ScalingTiming = {
  periods: 1,
  waits: 1,
  podSyncMs: 15_000,
  cpuInitialisationMs: 300_000,
  initialReadinessMs: 30_000,
};
