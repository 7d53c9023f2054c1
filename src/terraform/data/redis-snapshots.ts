import { account, type Context } from "../context.ts";
import { jsonencode, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { policy, trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";

const MINUTE_MS = 60_000;

/**
 * Snapshots that are more frequent than ElastiCache's own daily one: EventBridge Scheduler asks for each.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
export function scheduleSnapshots(
  { architecture, stack, name }: Context,
  store: string,
  everyMs: number,
  replication: Resource<"aws_elasticache_replication_group">,
): void {
  const add = stack.file("backup");
  const local = localName(store, "snapshots");
  const role = add("aws_iam_role", local, {
    name: name(store, "snapshots"),
    assume_role_policy: trust("scheduler.amazonaws.com", { namesAccount: true }),
  });
  add("aws_iam_role_policy", local, {
    name: "snapshot",
    role: role.ref("id"),
    policy: policy([
      {
        Effect: "Allow",
        Action: "elasticache:CreateSnapshot",
        Resource: [
          replication.ref("arn"),
          text`arn:aws:elasticache:${architecture.region}:${account}:snapshot:*`,
        ],
      },
    ]),
  });
  add("aws_scheduler_schedule", local, {
    name: name(store, "snapshots"),
    schedule_expression: `rate(${Math.max(1, Math.round(everyMs / MINUTE_MS))} minutes)`,
    flexible_time_window: { mode: "OFF" },
    target: {
      arn: "arn:aws:scheduler:::aws-sdk:elasticache:createSnapshot",
      role_arn: role.ref("arn"),
      input: jsonencode({
        ReplicationGroupId: replication.ref("replication_group_id"),
        SnapshotName: `${name(store)}-<aws.scheduler.execution-id>`,
      }),
    },
  });
}
