import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { DAY_MS, DAYS_A_MONTH } from "../month.ts";
import { alarmCount, dashboardCount, scalingAlarmCount } from "./alarms.ts";
import { averageReplicas } from "./replicas.ts";

/** Stored lines are compressed; this is what AWS reckons with in its examples. https://aws.amazon.com/cloudwatch/pricing/ */
const STORED_SHARE = 0.15;
const CONTROL_PLANE_GB = 10;
const TRAIL_GB = 0.5;
/** A record of WAF for each request, and what of that WAF's own price includes. https://aws.amazon.com/waf/pricing/ */
const WAF_KB = { record: 1, included: 0.5 } as const;
/** Metrics of Container Insights on ECS. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html */
const CONTAINER_INSIGHTS = { cluster: 8, service: 17 } as const;
const DETAILED_METRICS = 7;
/** Memory and disk, of each instance and of the group. */
const AGENT_METRICS = 2;

interface LogSource {
  readonly name: string;
  readonly part: string;
  readonly gb: number;
  readonly retention: number;
  readonly says: string;
}

/** CloudWatch: what is written and kept, metrics, alarms, dashboards; and traces, where AWS keeps them. */
export function observabilityLines(costs: Costs): Line[] {
  return [
    ...sourcesOf(costs).flatMap(logLines),
    ...metricLines(costs),
    ...alarmLines(costs.architecture),
    ...traceLines(costs),
  ];
}

function logLines({ name, part, gb, retention, says }: LogSource): Line[] {
  const days = retention / DAY_MS;
  return [
    {
      component: "logs",
      name: `${name}: ingested`,
      part,
      sku: "logs.ingested",
      quantity: gb,
      assumption: says,
    },
    {
      component: "logs",
      name: `${name}: kept ${Math.round(days)} days`,
      part,
      sku: "logs.stored",
      quantity: (gb * STORED_SHARE * days) / DAYS_A_MONTH,
      assumption: `Lines are compressed to ${STORED_SHARE * 100} % of what was ingested.`,
    },
  ];
}

function sourcesOf({ architecture, usage }: Costs): LogSource[] {
  const { observability, network, compute, security, entry } = architecture;
  const { retention, backend } = observability.logs;
  const acls =
    entry.waf?.protects.filter((place) => place === "load-balancer" || entry.cdn !== undefined).length ?? 0;
  const records = acls * usage.requests.value;
  const sources: (LogSource | false)[] = [
    backend === "cloudwatch" && {
      name: "services",
      part: "observability.logs",
      gb: usage.logs.value,
      retention,
      says: usage.logs.says,
    },
    {
      name: "VPC flow logs",
      part: "network.flowLogs",
      gb: usage.flowLogs.value,
      retention: network.flowLogs.retention,
      says: usage.flowLogs.says,
    },
    compute.kind === "eks" && {
      name: "control plane",
      part: "compute.controlPlaneLogs",
      gb: compute.controlPlaneLogs.length > 0 ? CONTROL_PLANE_GB : 0,
      retention,
      says: `The control plane is taken to write ${CONTROL_PLANE_GB} GB.`,
    },
    security.detection.includes("cloudtrail") && {
      name: "CloudTrail",
      part: "security.detection",
      gb: TRAIL_GB,
      retention,
      says: `CloudTrail is taken to write ${TRAIL_GB} GB; its first copy of management events is free.`,
    },
    acls > 0 && {
      name: "WAF",
      part: "entry.waf",
      gb: (records * (WAF_KB.record - WAF_KB.included)) / 1e6,
      retention,
      says: `${usage.requests.says} WAF writes ${WAF_KB.record} kB for each, half of which its own price includes.`,
    },
  ];
  return sources.filter((source) => source !== false).filter(({ gb }) => gb > 0);
}

function metricLines({ architecture }: Costs): Line[] {
  const { compute, observability } = architecture;
  const replicated = Object.entries(architecture.services).flatMap(([name, service]) =>
    service.kind === "job" ? [] : [{ name, count: averageReplicas(service).replicas }],
  );
  const instances = replicated.reduce((sum, { count }) => sum + count, 0);
  const business = observability.metrics.backend === "cloudwatch" ? observability.metrics.business.length : 0;
  return [
    ...(compute.kind === "ecs-fargate" && compute.containerInsights
      ? metricLine(
          "Container Insights",
          "compute.containerInsights",
          CONTAINER_INSIGHTS.cluster + CONTAINER_INSIGHTS.service * replicated.length,
          `${CONTAINER_INSIGHTS.cluster} metrics of the cluster, and ${CONTAINER_INSIGHTS.service} of each service with its task family.`,
        )
      : []),
    ...(compute.kind === "ec2-auto-scaling" && compute.detailedMonitoring
      ? metricLine("detailed monitoring", "compute.detailedMonitoring", instances * DETAILED_METRICS)
      : []),
    ...(compute.kind === "ec2-auto-scaling" && compute.cloudWatchAgent
      ? metricLine(
          "agent on the instances",
          "compute.cloudWatchAgent",
          (instances + replicated.length) * AGENT_METRICS,
          "Memory and disk of each instance and of each group.",
        )
      : []),
    ...metricLine("business metrics", "observability.metrics.business", business),
  ];
}

function metricLine(name: string, part: string, quantity: number, assumption?: string): Line[] {
  if (quantity === 0) return [];
  const line = { component: "metrics", name, part, sku: "cloudwatch.metric", quantity } as const;
  return [assumption === undefined ? line : { ...line, assumption }];
}

function alarmLines(architecture: ResolvedArchitecture): Line[] {
  const counted = [
    {
      name: "alarms",
      part: "observability.alarms",
      count: alarmCount(architecture),
      sku: "cloudwatch.alarm",
    },
    {
      name: "alarms of scaling policies",
      part: "services",
      count: scalingAlarmCount(architecture),
      sku: "cloudwatch.alarm",
    },
    {
      name: "dashboards",
      part: "observability.dashboards",
      count: dashboardCount(architecture),
      sku: "cloudwatch.dashboard",
    },
  ];
  return counted
    .filter(({ count }) => count > 0)
    .map(({ name, part, count, sku }) => ({ component: "metrics", name, part, sku, quantity: count }));
}

function traceLines({ architecture, usage }: Costs): Line[] {
  const { tracing } = architecture.observability;
  if (tracing?.backend !== "x-ray") return [];
  return [
    {
      component: "tracing",
      name: "traces",
      part: "observability.tracing",
      sku: "x-ray.traces",
      quantity: (usage.requests.value * tracing.sampling) / 1e6,
      assumption: `${usage.requests.says} ${tracing.sampling * 100} % of them are traced.`,
    },
  ];
}
