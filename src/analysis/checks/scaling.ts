import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { HPA_TOLERANCE } from "#aws/kubernetes.ts";
import { TIMINGS } from "#aws/timings/timings.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { objectivesOf, type Replicated, replicated } from "../parts.ts";
import { spanOf } from "../failover.ts";
import { count, list, rounded, time } from "../words.ts";

/** Whether scaling does what is promised of it, and rests when the load does. */
export const scaling: Check = (architecture) => [
  ...replicated(architecture).flatMap(([name, service]) => [
    ...room(name, service),
    ...flapping(name, service),
    ...schedule(architecture, name, service),
    ...alarms(architecture, name, service),
    ...policies(architecture, name, service),
    ...reaction(architecture, name, service),
  ]),
  ...utilisation(architecture),
];

function room(name: string, { replicas, scaling: declared }: Replicated): Finding[] {
  const scales = declared.some(({ kind }) => kind !== "scheduled");
  if (!scales) return [];
  const part = `services.${name}.replicas`;
  const found: Found = {
    check: "scaling-room",
    part,
    figure: replicas.max,
    limit: replicas.min,
    unit: "count",
    says: `${name} scales between ${replicas.min} and ${replicas.max} replicas.`,
  };
  return [
    replicas.max > replicas.min
      ? holds(found)
      : fails({ ...found, says: `${found.says} It cannot scale.` }, `Raise ${part}.max.`, {
          [`${part}.max`]: replicas.min * 2,
        }),
  ];
}

/** After one replica has left, the others are busier: beyond the upper threshold it comes back at once. */
function flapping(name: string, { scaling: declared, replicas }: Replicated): Finding[] {
  return declared.flatMap((lower, at) => {
    if (lower.kind !== "step" || lower.when !== "below" || lower.change >= 0) return [];
    const upper = declared.find(
      (policy) => policy.kind === "step" && policy.when === "above" && policy.metric === lower.metric,
    );
    if (upper?.kind !== "step") return [];
    const before = Math.max(replicas.min + 1, 1 - lower.change);
    const left = before + lower.change;
    const figure = left > 0 ? rounded((lower.threshold * before) / left) : 100;
    const part = `services.${name}.scaling.${at}.threshold`;
    const found: Found = {
      check: "scaling-gap",
      part,
      figure,
      limit: upper.threshold,
      unit: "percent",
      says: `Below ${lower.threshold} % ${-lower.change} of ${count(before, "replica")} leaves; the rest then runs at up to ${figure} %. Above ${upper.threshold} % one comes back.`,
    };
    const wanted = Math.floor((upper.threshold * left) / before / 2);
    return [
      figure < upper.threshold
        ? holds(found)
        : fails(found, `Lower ${part} to ${wanted}.`, { [part]: wanted }),
    ];
  });
}

/** A schedule may take the replicas below what keeps a zone's loss harmless. */
function schedule(
  { network }: ResolvedArchitecture,
  name: string,
  { scaling: declared, replicas }: Replicated,
): Finding[] {
  return declared.flatMap((policy, at) => {
    if (policy.kind !== "scheduled") return [];
    const part = `services.${name}.scaling.${at}.min`;
    const wanted = Math.min(2, network.zones, Math.max(1, replicas.min));
    const found: Found = {
      check: "scheduled-minimum",
      part,
      figure: policy.min,
      limit: wanted,
      unit: "count",
      says: `The schedule ${policy.name} lets ${name} go down to ${count(policy.min, "replica")}; its own minimum is ${replicas.min}.`,
    };
    if (policy.min >= wanted) return [holds(found)];
    return [
      fails(
        { ...found, says: `${found.says} Then the loss of one stops it.` },
        `Raise ${part} to ${wanted}.`,
        { [part]: wanted, [`services.${name}.scaling.${at}.max`]: Math.max(policy.max, wanted) },
      ),
    ];
  });
}

/** An alarm at or below where scaling acts wakes people for what mends itself. */
function alarms(
  { observability }: ResolvedArchitecture,
  name: string,
  { scaling: declared }: Replicated,
): Finding[] {
  return observability.alarms.flatMap((alarm, at) => {
    if (alarm.unit !== "percent" || (alarm.signal !== "cpu" && alarm.signal !== "memory")) return [];
    const thresholds = declared.flatMap((policy) => {
      if (policy.kind === "target-tracking" && policy.metric === alarm.signal) return [policy.target];
      return policy.kind === "step" && policy.when === "above" && policy.metric === alarm.signal
        ? [policy.threshold]
        : [];
    });
    if (thresholds.length === 0) return [];
    const acts = Math.max(...thresholds);
    const part = `observability.alarms.${at}.above`;
    const found: Found = {
      check: "alarm-above-scaling",
      part,
      figure: alarm.above,
      limit: acts,
      unit: "percent",
      says: `The alarm on ${alarm.signal} goes off above ${alarm.above} % for ${count(alarm.periods, "period")} of ${time(alarm.period)}; scaling of ${name} acts at ${acts} %${alarm.above > acts ? ", before it" : ", so that every scale-out is an alarm"}.`,
    };
    const wanted = Math.min(95, acts + 10);
    return [
      alarm.above > acts
        ? holds(found)
        : fails(found, `Raise it to ${wanted} %, which scaling cannot keep.`, { [part]: wanted }),
    ];
  });
}

/** Scaling keeps an average about its target: with a tolerance above it, and never with fewer than the least replicas. */
function utilisation(architecture: ResolvedArchitecture): Finding[] {
  return objectivesOf(architecture, "utilisation").flatMap(({ of, between: [from, to] }) => {
    const tracked = replicated(architecture).flatMap(([name, { scaling: declared }]) =>
      declared.flatMap((policy, at) =>
        policy.kind === "target-tracking" && policy.metric === of
          ? [{ name, target: policy.target, path: `services.${name}.scaling.${at}.target` }]
          : [],
      ),
    );
    const [highest] = tracked.sort((one, other) => other.target - one.target);
    if (!highest)
      return [
        inconclusive(
          {
            check: "utilisation",
            part: "services",
            says: `${of} is promised to be ${from} to ${to} % on average, and no scaling follows it.`,
          },
          `Track ${of} at ${to} %.`,
        ),
      ];
    const tolerance = HPA_TOLERANCE.value;
    const [low, high] = [
      rounded(highest.target * (1 - tolerance)),
      rounded(highest.target * (1 + tolerance)),
    ];
    const found: Found = {
      check: "utilisation",
      part: highest.path,
      figure: high,
      limit: to,
      unit: "percent",
      says: `${of} is promised to be ${from} to ${to} % on average. Scaling of ${list(tracked.map(({ name }) => name))} leaves an average between ${low} and ${high} % as it is (${highest.target} %, and a tenth either way)${of === "memory" ? "; memory hardly falls when replicas are added, because each needs it to start" : ""}. At the least number of replicas it is whatever the load makes it.`,
      references: referencesTo(HPA_TOLERANCE),
    };
    const wanted = Math.floor(to / (1 + tolerance));
    if (high <= to) return [holds(found)];
    const over = tracked.filter(({ target }) => target > wanted).map(({ path }) => [path, wanted] as const);
    return [fails(found, `Track ${of} at ${wanted} %.`, Object.fromEntries(over))];
  });
}

/** What a kind of compute has no means for. */
function policies(
  { compute }: ResolvedArchitecture,
  name: string,
  { scaling: declared }: Replicated,
): Finding[] {
  return declared.flatMap((policy, at) => {
    const part = `services.${name}.scaling.${at}`;
    if (policy.kind === "step" && compute.kind === "eks")
      return [
        fails(
          {
            check: "scaling-policy",
            part,
            says: `The HorizontalPodAutoscaler of ${name} takes targets and no steps.`,
          },
          "Declare target tracking.",
        ),
      ];
    if (policy.kind === "predictive" && compute.kind !== "ec2-auto-scaling")
      return [
        inconclusive(
          {
            check: "scaling-policy",
            part,
            says: `Predictive scaling of ${name} is a feature of EC2 Auto Scaling and, newer, of ECS; Kubernetes has none.`,
          },
          "Declare target tracking.",
        ),
      ];
    return [];
  });
}

/** From a rise of the load until the first replica that it calls for serves. */
function reaction(
  architecture: ResolvedArchitecture,
  name: string,
  { scaling: declared, replicas }: Replicated,
): Finding[] {
  const policy = declared.find(({ kind }) => kind === "target-tracking" || kind === "step");
  if (!policy || replicas.max <= replicas.min) return [];
  const { compute } = architecture;
  const onPods = compute.kind === "eks";
  const seen = spanOf(TIMINGS[onPods ? "metrics-server-resolution" : "cloudwatch-metric-delay"]).to;
  // Target tracking on ECS and EC2 waits for three minutes above the target; the autoscaler of pods looks every 15 s.
  const decided = onPods ? 15_000 : policy.kind === "step" ? policy.periods * policy.period : 180_000;
  const start =
    TIMINGS[
      { eks: "pod-start", "ecs-fargate": "ecs-task-start", "ec2-auto-scaling": "ec2-instance-boot" }[
        compute.kind
      ] as "pod-start"
    ];
  const promised = objectivesOf(architecture, "recovery").find(
    ({ from }) => from === "traffic-spike",
  )?.within;
  const figure = seen + decided + spanOf(start).to;
  const found: Found = {
    check: "scaling-reaction",
    part: `services.${name}.scaling`,
    figure,
    ...(promised === undefined ? {} : { limit: promised }),
    unit: "milliseconds",
    says: `After a spike the first new replica of ${name} starts to serve within ${time(figure)}: ${time(seen)} until metrics show it, ${time(decided)} until scaling acts, and ${time(spanOf(start).to)} to start${onPods ? ", where a node has room" : ""}.${promised === undefined ? "" : ` Promised are ${time(promised)}.`}`,
    references: referencesTo(start),
  };
  return [
    promised === undefined || figure <= promised
      ? holds(found)
      : fails(found, "Keep more replicas ready, by a lower target, or scale ahead of the load."),
  ];
}
