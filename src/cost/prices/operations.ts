import { awsPage, infracost, type Price, price, type Source } from "./price.ts";

const REGION = "us-east-1";

const logs = infracost("cloudwatch_log_group", "2024-07-01");
/** The examples of GuardDuty's page for us-east-1, in a public copy of its plans. */
const guardDuty: Source = {
  page: "https://github.com/api-evangelist/amazon-guardduty/blob/443c7e9d1f491c88e233a6817aedf9c39f3c4eb2/plans/amazon-guardduty-plans-pricing.yml",
  asOf: "2026-10-07",
  basis: "page",
};
/**
 * Security Hub CSPM in us-east-1 by AWS's security team for China. Its page has no day: it was written after November 2023,
 * when what it also prices was announced. Security Hub's newer plans count resources in place of checks.
 */
const securityHub: Source = {
  page: "https://aws-gcr-wwso-security.gitbook.io/an-quan-zui-jia-shi-jian/an-quan-chan-pin-cheng-ben-gu-suan/an-quan-he-gui-chi-xu-jian-ce-he-zi-dong-xiu-fu-fei-yong",
  asOf: "2023-11",
  basis: "page",
};
const secret = infracost("secretsmanager_secret", "2024-07-01");
const key = infracost("kms_key", "2024-07-01");

/** What is watched, kept and kept secret. */
export const OPERATIONS_PRICES: readonly Price[] = [
  price(REGION, "logs.ingested", "GB", 0.5, logs, { dollars: 500, units: 1000 }),
  price(REGION, "logs.stored", "GB-month", 0.03, logs, { dollars: 15, units: 500 }),
  price(REGION, "cloudwatch.alarm", "month", 0.1, infracost("cloudwatch_metric_alarm", "2024-07-01")),
  price(REGION, "cloudwatch.dashboard", "month", 3, infracost("cloudwatch_dashboard", "2024-07-01")),
  price(REGION, "cloudwatch.metric", "month", 0.3, infracost("instance", "2024-07-01"), {
    dollars: 2.1,
    units: 7,
  }),
  price(REGION, "x-ray.traces", "1,000,000 traces", 5, awsPage("xray/pricing/", "2026-08-30")),

  price(REGION, "secrets.secret", "month", 0.4, secret),
  price(REGION, "secrets.requests", "10,000 requests", 0.05, secret, { dollars: 0.5, units: 10 }),
  price(REGION, "kms.key", "month", 1, key),
  price(REGION, "kms.requests", "10,000 requests", 0.03, key),

  price(REGION, "guardduty.events", "1,000,000 events", 4, guardDuty),
  price(REGION, "guardduty.flow-logs", "GB", 1, guardDuty),
  price(REGION, "guardduty.s3-events", "1,000,000 events", 0.8, guardDuty),
  price(REGION, "guardduty.eks-events", "1,000,000 events", 1.6, guardDuty),
  price(REGION, "guardduty.rds", "vCPU-month", 1, guardDuty),
  price(REGION, "security-hub.checks", "check", 0.001, securityHub),
  price(REGION, "config.items", "item", 0.003, infracost("config_configuration_recorder", "2024-07-01"), {
    dollars: 3,
    units: 1000,
  }),
];
