import type { Context } from "../context.ts";
import { logRetention } from "../durations.ts";
import { text } from "../hcl/expression.ts";
import type { Keys } from "../security/keys.ts";
import { policy, trust } from "../security/policies.ts";
import type { Vpc } from "./vpc.ts";

/** Who spoke to whom, kept in a log group. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html */
export function flowLogsOf({ architecture, stack, name }: Context, { vpc }: Vpc, keys: Keys): void {
  const add = stack.file("network");
  const { flowLogs } = architecture.network;
  const group = add("aws_cloudwatch_log_group", "flow_logs", {
    name: `/vpc/${name()}`,
    retention_in_days: logRetention(flowLogs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const role = add("aws_iam_role", "flow_logs", {
    name: name("flow-logs"),
    assume_role_policy: trust("vpc-flow-logs.amazonaws.com", { namesAccount: true }),
  });
  add("aws_iam_role_policy", "flow_logs", {
    name: "write",
    role: role.ref("id"),
    policy: policy([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: text`${group.ref("arn")}:*`,
      },
    ]),
  });
  add("aws_flow_log", "main", {
    vpc_id: vpc.ref("id"),
    traffic_type: flowLogs.traffic.toUpperCase(),
    log_destination_type: "cloud-watch-logs",
    log_destination: group.ref("arn"),
    iam_role_arn: role.ref("arn"),
    max_aggregation_interval: 60,
    tags: { Name: name() },
  });
}
