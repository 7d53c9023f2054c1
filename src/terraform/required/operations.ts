import { type Arguments, inBlock, isGiven, of, says } from "./requirement.ts";

const CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference";
const EVENTBRIDGE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference";
const STEP_FUNCTIONS = "https://docs.aws.amazon.com/step-functions/latest/apireference";
const CLOUDTRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference";

const isOfOneMetric = (args: Arguments) => !isGiven(args["metric_query"]);
const isStateMachine = (args: Arguments) => /\baws_sfn_state_machine\./.test(JSON.stringify(args["arn"]));
const detectsAnomalies = (args: Arguments) => isGiven(args["threshold_metric_id"]);

export const OPERATIONS = [
  ...of("aws_cloudwatch_metric_alarm", `${CLOUDWATCH}/API_PutMetricAlarm.html`, [
    { oneOf: ["metric_name"], when: isOfOneMetric, why: "an alarm is of a metric, or of a query" },
    { oneOf: ["namespace"], when: isOfOneMetric, why: "a metric is in a namespace" },
    { oneOf: ["period"], when: isOfOneMetric, why: "a metric is looked at in periods" },
    {
      oneOf: ["statistic", "extended_statistic"],
      when: isOfOneMetric,
      why: "a period has one figure: an average, a sum, a percentile",
    },
    { oneOf: ["threshold"], when: (args) => !detectsAnomalies(args), why: "an alarm has a threshold" },
  ]),
  ...of("aws_cloudtrail", `${CLOUDTRAIL}/API_CreateTrail.html`, [
    {
      oneOf: ["cloud_watch_logs_role_arn"],
      when: (args) => isGiven(args["cloud_watch_logs_group_arn"]),
      why: "CloudTrail writes to a log group by a role",
    },
  ]),
  ...of("aws_cloudwatch_event_rule", `${EVENTBRIDGE}/API_PutRule.html`, [
    { oneOf: ["event_pattern", "schedule_expression"], why: "a rule is for events, or for times" },
  ]),
  ...of("aws_cloudwatch_event_target", `${EVENTBRIDGE}/API_PutTargets.html`, [
    { oneOf: ["role_arn"], when: isStateMachine, why: "EventBridge starts a state machine by a role" },
  ]),
  ...inBlock(
    "aws_sfn_state_machine",
    "logging_configuration",
    `${STEP_FUNCTIONS}/API_LoggingConfiguration.html`,
    [
      {
        oneOf: ["log_destination"],
        when: says("level", "ALL", "ERROR", "FATAL"),
        why: "what is logged goes to a log group",
      },
    ],
  ),
];
