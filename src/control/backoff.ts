/** How restarts slow down when something keeps failing; all in milliseconds. */
export interface Backoff {
  /** The wait before the second restart; the first one does not wait. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly capMs: number;
  /** What has run well for this long may restart at once again. */
  readonly resetAfterMs: number;
}

/**
 * The wait after a number of failures in a row: none, then `baseMs`, doubling up to `capMs`. This is
 * Kubernetes' CrashLoopBackOff with the first restart immediate; ECS throttles likewise.
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
 */
export function backoffDelay(failures: number, backoff: Backoff): number {
  if (failures <= 1) return 0;
  return Math.min(backoff.capMs, backoff.baseMs * 2 ** (failures - 2));
}
