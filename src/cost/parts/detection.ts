import { machineOf } from "#aws/instance-types/instance-types.ts";
import type { Costs, Line } from "../line.ts";
import { clusterInstances, isAurora } from "./databases.ts";

/** What an account of one system does in a month, where nothing says it. */
const MANAGEMENT_EVENTS_MILLION = 0.5;
const S3_EVENTS_MILLION = 1;
const AUDIT_EVENTS_MILLION = 2;
const CHECKS_PER_STANDARD = 5000;
const CHANGED_ITEMS = 2000;

/** What watches the account. CloudTrail's first copy of management events is free. */
export function detectionLines(costs: Costs): Line[] {
  const { detection, compliance } = costs.architecture.security;
  const part = "security.detection";
  // CIS and AWS's own best practices, and PCI DSS where it is asked for.
  const standards = 2 + (compliance.includes("pci-dss") ? 1 : 0);
  return [
    ...(detection.includes("guardduty") ? guardDutyLines(costs) : []),
    ...(detection.includes("security-hub")
      ? [
          {
            component: "security-hub",
            name: "checks",
            part,
            sku: "security-hub.checks",
            quantity: standards * CHECKS_PER_STANDARD,
            assumption: `${standards} standards are checked, ${CHECKS_PER_STANDARD} checks a month each.`,
          } as const,
        ]
      : []),
    ...(detection.includes("config")
      ? [
          {
            component: "config",
            name: "recorded changes",
            part,
            sku: "config.items",
            quantity: CHANGED_ITEMS,
            assumption: `${CHANGED_ITEMS} changes of resources are recorded.`,
          } as const,
        ]
      : []),
  ];
}

/** The foundation, and the protection of S3, RDS and EKS. https://aws.amazon.com/guardduty/pricing/ */
function guardDutyLines({ architecture, usage }: Costs): Line[] {
  const line = { component: "guardduty", part: "security.detection" } as const;
  const databases = Object.values(architecture.stores).flatMap((store) => {
    // Logins are watched on Aurora and on RDS for PostgreSQL.
    if (store.kind !== "postgresql" || store.hosting === "pods") return [];
    const count = isAurora(store)
      ? clusterInstances(store, architecture.zoneNames.length)
      : 1 + store.readReplicas;
    return [count * (machineOf(store.instance)?.vcpus ?? 0)];
  });
  const vcpus = databases.reduce((sum, count) => sum + count, 0);
  const events = (name: string, sku: string, millions: number): Line => ({
    ...line,
    name,
    sku,
    quantity: millions,
    assumption: `${millions} million events a month are assumed.`,
  });
  return [
    events("management events", "guardduty.events", MANAGEMENT_EVENTS_MILLION),
    {
      ...line,
      name: "VPC flow logs",
      sku: "guardduty.flow-logs",
      quantity: usage.flowLogs.value,
      assumption: usage.flowLogs.says,
    },
    events("events of buckets", "guardduty.s3-events", S3_EVENTS_MILLION),
    ...(architecture.compute.kind === "eks"
      ? [events("audit events of EKS", "guardduty.eks-events", AUDIT_EVENTS_MILLION)]
      : []),
    ...(vcpus > 0 ? [{ ...line, name: "logins to databases", sku: "guardduty.rds", quantity: vcpus }] : []),
  ];
}
