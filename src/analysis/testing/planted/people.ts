import { api, type Planted } from "./planted.ts";

const alarm = (change: object) => ({
  observability: { alarms: [{ signal: "http-5xx", above: 5, unit: "count", ...change }] },
});
const slo = (change: object) => ({
  observability: {
    slos: [{ name: "api", service: "api", indicator: "availability", objective: 99.9, ...change }],
  },
});

/** Who may do what, who is called and when, and what they find then. */
export const PEOPLE: readonly Planted[] = [
  {
    check: "permissions",
    part: "services.api.permissions.0",
    on: "fargate",
    given: api({ permissions: [{ actions: ["s3:GetObject"], on: ["arn:aws:s3:::files/*"] }] }),
    fault: api({ permissions: [{ actions: ["s3:*"], on: ["*"] }] }),
  },
  {
    check: "administrators",
    part: "security.administrators.mfa",
    on: "fargate",
    fault: { security: { administrators: { mfa: false } } },
  },
  {
    check: "alarm-period",
    part: "observability.alarms.0.period",
    on: "fargate",
    fault: alarm({ period: "45s" }),
  },
  {
    check: "alarm-threshold",
    part: "observability.alarms.0.above",
    on: "fargate",
    fault: alarm({ signal: "disk", above: 120, unit: "percent" }),
  },
  {
    check: "alarm-unit",
    part: "observability.alarms.0.unit",
    on: "fargate",
    given: alarm({ signal: "disk", above: 80, unit: "percent" }),
    fault: alarm({ signal: "disk", above: 2, unit: "seconds" }),
  },
  {
    check: "alarm-delay",
    part: "observability.alarms.0.periods",
    on: "fargate",
    fault: alarm({ periods: 60 }),
  },
  {
    check: "alarms",
    part: "observability.alarms",
    on: "fargate",
    fault: { observability: { alarms: [] } },
  },
  {
    check: "log-days",
    part: "observability.logs.retention",
    on: "fargate",
    fault: { observability: { logs: { retention: "1d" } } },
  },
  {
    check: "slo-dependencies",
    part: "observability.slos.0.objective",
    on: "fargate",
    given: slo({}),
    fault: slo({ objective: 99.999 }),
  },
  {
    check: "slo-threshold",
    part: "observability.slos.0.within",
    on: "fargate",
    given: slo({ indicator: "latency", within: "200ms" }),
    fault: slo({ indicator: "latency" }),
  },
];
