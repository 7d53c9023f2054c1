import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { LOG_RETENTION_DAYS } from "#aws/compliance.ts";
import { connectionLimit } from "../connection-limit.ts";
import { type Check, fails, type Found, holds, referencesTo } from "../finding.ts";
import { databases, usersOf } from "../parts.ts";
import { count, grouped, time } from "../words.ts";

type Alarm = ResolvedArchitecture["observability"]["alarms"][number];
const DAY = 86_400_000;

/** Alarms that can be made, that can go off, and that are silent in normal operation; logs that are kept long enough. */
export const monitoring: Check = (architecture) => [
  ...architecture.observability.alarms.flatMap((alarm, at) => [
    ...source(architecture, alarm, at),
    ...connections(architecture, alarm, at),
    ...lag(architecture, alarm, at),
  ]),
  ...retention(architecture),
];

/** Signals that CloudWatch has no metric for, unless something of one's own sends it. */
const NOT_IN_CLOUDWATCH: ReadonlySet<Alarm["signal"]> = new Set([
  "database-connection-errors",
  "sign-ups",
  "transactions",
  "revenue",
]);

function source({ observability }: ResolvedArchitecture, { signal }: Alarm, at: number): Finding[] {
  if (!NOT_IN_CLOUDWATCH.has(signal)) return [];
  const part = `observability.alarms.${at}.signal`;
  const { backend, business } = observability.metrics;
  const isSent = (business as readonly string[]).includes(signal) || backend === "prometheus";
  const found: Found = {
    check: "alarm-source",
    part,
    says: isSent
      ? `The application sends ${signal} itself.`
      : `Neither RDS nor CloudWatch counts ${signal}: no alarm can be made of it, and none is generated. RDS counts the connections that there are.`,
    references: [
      { page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html", asOf: "2025-05" },
    ],
  };
  return [
    isSent
      ? holds(found)
      : fails(found, "Count it in the application, or by a metric filter over its log, and alarm on that."),
  ];
}

/** An alarm on connections between what is normal at full scale and what the class takes. */
function connections(
  architecture: ResolvedArchitecture,
  { signal, above, unit }: Alarm,
  at: number,
): Finding[] {
  if (signal !== "database-connections") return [];
  return databases(architecture).flatMap(([name, store]) => {
    const most = usersOf(architecture, name).reduce(
      (sum, [, { replicas }]) => sum + replicas.max * store.connectionsPerReplica,
      0,
    );
    const limit = connectionLimit(store);
    if (limit === null || most === 0) return [];
    const threshold = unit === "percent" ? Math.floor((limit.most * above) / 100) : above;
    const part = `observability.alarms.${at}.above`;
    const found: Found = {
      check: "alarm-threshold",
      part,
      figure: threshold,
      limit: limit.most,
      unit: "count",
      says: `The alarm goes off above ${grouped(threshold)} connections to ${name}. At the greatest scale ${grouped(most)} are normal; ${limit.says}`,
      references: limit.references,
    };
    const middle = Math.floor((Math.min(most, limit.most) + limit.most) / 2);
    const wanted = unit === "percent" ? Math.min(99, Math.ceil((100 * middle) / limit.most)) : middle;
    if (threshold >= limit.most)
      return [
        fails({ ...found, says: `${found.says} It never goes off.` }, `Lower it to ${grouped(middle)}.`, {
          [part]: wanted,
        }),
      ];
    if (threshold < most && most < limit.most)
      return [
        fails(
          { ...found, says: `${found.says} It goes off at full scale, when nothing is wrong.` },
          `Raise it to ${grouped(middle)}.`,
          { [part]: wanted },
        ),
      ];
    return [holds(found)];
  });
}

function lag(architecture: ResolvedArchitecture, { signal }: Alarm, at: number): Finding[] {
  if (signal !== "replication-lag") return [];
  const replicas = databases(architecture).reduce((sum, [, { readReplicas }]) => sum + readReplicas, 0);
  const found: Found = {
    check: "alarm-source",
    part: `observability.alarms.${at}.signal`,
    figure: replicas,
    limit: 1,
    unit: "count",
    says:
      replicas > 0
        ? `${count(replicas, "read replica")} can lag.`
        : "There is no read replica that could lag: the alarm never goes off.",
  };
  return [replicas > 0 ? holds(found) : fails(found, "Remove it, or add a read replica.")];
}

/** Standards that a document names say how long logs are kept. */
function retention({ security, observability }: ResolvedArchitecture): Finding[] {
  const part = "observability.logs.retention";
  const kept = observability.logs.retention;
  return security.compliance.flatMap((standard) => {
    const fact = LOG_RETENTION_DAYS[standard];
    if (!fact) return [];
    const wanted = fact.value * DAY;
    const found: Found = {
      check: "log-retention",
      part,
      figure: kept / 1000,
      limit: wanted / 1000,
      unit: "seconds",
      says: `Logs are kept for ${time(kept)}. ${fact.says ?? ""}`,
      references: referencesTo(fact),
    };
    return [
      kept >= wanted
        ? holds(found)
        : fails(found, `Keep them for ${fact.value} days, in a cheaper class after 30 of them.`, {
            [part]: wanted,
          }),
    ];
  });
}
