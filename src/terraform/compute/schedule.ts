import type { ResolvedService } from "#model/architecture.ts";

type Policy = Exclude<ResolvedService, { readonly kind: "job" }>["scaling"][number];
type Scheduled = Extract<Policy, { readonly kind: "scheduled" }>;

/** When a scheduled action is, as Application Auto Scaling writes it. https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html */
export function scheduleOf({ cron, at, rate, timeZone }: Scheduled): {
  schedule: string;
  timezone: string | undefined;
} {
  const schedule =
    cron === undefined ? (at === undefined ? `rate(${rate ?? ""})` : `at(${at})`) : `cron(${cron})`;
  return { schedule, timezone: rate === undefined ? timeZone : undefined };
}
