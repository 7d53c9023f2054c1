import type { Context } from "../context.ts";
import { logRetention } from "../durations.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import type { Resource } from "../stack.ts";

/** The log group of the services, where lines are kept for as long as the architecture says. */
export function serviceLogsOf(
  { architecture, stack, name }: Context,
  keys: Keys,
): Resource<"aws_cloudwatch_log_group"> {
  const { logs } = architecture.observability;
  return stack.file("observability")("aws_cloudwatch_log_group", localName("services"), {
    name: logs.group ?? `/services/${name()}`,
    retention_in_days: logRetention(logs.retention),
    kms_key_id: keys.arn("logs"),
  });
}
