import { account, type Context } from "../context.ts";
import { raw } from "../hcl/expression.ts";
import type { Keys } from "../security/keys.ts";
import { policy } from "../security/policies.ts";
import type { Resource } from "../stack.ts";

/** Where alarms go, and from there to people. https://docs.aws.amazon.com/sns/latest/dg/welcome.html */
export function topicOf(
  { architecture, stack, name }: Context,
  keys: Keys,
): Resource<"aws_sns_topic"> | null {
  const { notify } = architecture.observability;
  if (notify.length === 0) return null;
  const add = stack.file("observability");
  const topic = add("aws_sns_topic", "alarms", { name: name("alarms"), kms_master_key_id: keys.arn("logs") });
  add("aws_sns_topic_policy", "alarms", {
    arn: topic.ref("arn"),
    policy: policy([
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] },
        Action: "sns:Publish",
        Resource: topic.ref("arn"),
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ]),
  });
  if (notify.includes("email"))
    add(
      "aws_sns_topic_subscription",
      "email",
      { topic_arn: topic.ref("arn"), protocol: "email", endpoint: raw("each.value") },
      { forEach: raw("toset(var.alarm_emails)"), comment: "Each address has to confirm once." },
    );
  for (const service of notify.filter((each) => each !== "email"))
    add("aws_sns_topic_subscription", service, {
      topic_arn: topic.ref("arn"),
      protocol: "https",
      endpoint: raw(`var.${service}_endpoint`),
      endpoint_auto_confirms: true,
    });
  return topic;
}
