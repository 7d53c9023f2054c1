import type { Context } from "../context.ts";
import { type HclValue, jsonencode } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { type Metric, metricsOf } from "./metrics.ts";

type Signal = Parameters<typeof metricsOf>[1];

/** What each dashboard shows, a graph for each signal that CloudWatch sees. */
const SIGNALS: Readonly<Record<string, readonly Signal[]>> = {
  infrastructure: ["cpu", "memory", "replicas", "unhealthy-targets"],
  application: ["request-rate", "latency-p95", "http-5xx", "cache-hit-rate"],
  database: [
    "database-cpu",
    "database-connections",
    "database-storage",
    "database-latency",
    "replication-lag",
  ],
};

const WIDTH = 12;
const HEIGHT = 6;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardsOf(context: Context): void {
  const { architecture, stack, name } = context;
  const { dashboards } = architecture.observability;
  if (dashboards?.backend !== "cloudwatch") return;
  for (const dashboard of dashboards.show) {
    const graphs = (SIGNALS[dashboard] ?? []).flatMap((signal) => {
      const metrics = metricsOf(context, signal);
      return metrics.length > 0 ? [{ signal, metrics }] : [];
    });
    if (graphs.length === 0) continue;
    stack.file("observability")("aws_cloudwatch_dashboard", localName(dashboard), {
      dashboard_name: name(dashboard),
      dashboard_body: jsonencode({
        widgets: graphs.map(({ signal, metrics }, at) => ({
          type: "metric",
          x: (at % 2) * WIDTH,
          y: Math.floor(at / 2) * HEIGHT,
          width: WIDTH,
          height: HEIGHT,
          properties: {
            title: signal,
            region: architecture.region,
            period: 60,
            stat: metrics[0]?.percentile ?? metrics[0]?.statistic ?? "Average",
            metrics: metrics.map(series),
          },
        })),
      }),
    });
  }
}

/** A line of a graph: namespace, metric, and its dimensions in turns. */
function series({ namespace, name, dimensions, description }: Metric): HclValue {
  return [namespace, name, ...Object.entries(dimensions).flat(), { label: description }];
}
