import { type Arguments, isGiven, of } from "./requirement.ts";

const CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference";
const CLOUDTRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference";

const isOfOneMetric = (args: Arguments) => !isGiven(args["metric_query"]);
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
];
