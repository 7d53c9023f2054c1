import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { localName } from "../names.ts";
import type { Vpc } from "../network/vpc.ts";
import type { SecurityGroups } from "../security/groups.ts";
import type { ArgumentsOf, Resource } from "../stack.ts";
import type { Certificate } from "./certificate.ts";
import { routingOf } from "./routing.ts";

type Service = Extract<ResolvedArchitecture["services"][string], { readonly kind: "web" }>;
export type TargetGroups = Readonly<Record<string, Resource<"aws_lb_target_group">>>;

export interface LoadBalancer {
  readonly balancer: Resource<"aws_lb">;
  readonly listeners: readonly Resource<"aws_lb_listener">[];
  /** One for each service that requests are routed to. */
  readonly targetGroups: TargetGroups;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-security-groups.html#security-policy */
const TLS_POLICIES = {
  "1.2": "ELBSecurityPolicy-TLS13-1-2-2021-06",
  "1.3": "ELBSecurityPolicy-TLS13-1-3-2021-06",
} as const;

/** The Application Load Balancer with its target groups, listeners and rules. */
export function loadBalancerOf(
  context: Context,
  { vpc, subnets }: Vpc,
  groups: SecurityGroups,
  certificate: Certificate | null,
  logs: { readonly bucket: Resource<"aws_s3_bucket">; readonly policy: { readonly address: string } } | null,
): LoadBalancer {
  const { architecture, stack, name, shortName } = context;
  const add = stack.file("entry");
  const { loadBalancer: declared } = architecture.entry;
  const isInternal = declared.scheme === "internal";
  const balancer = add(
    "aws_lb",
    "main",
    {
      name: shortName(),
      load_balancer_type: "application",
      internal: isInternal,
      security_groups: [groups.loadBalancer.ref("id")],
      subnets: (isInternal ? subnets.private : subnets.public).map((subnet) => subnet.ref("id")),
      idle_timeout: seconds(declared.idleTimeout),
      enable_deletion_protection: declared.deletionProtection,
      drop_invalid_header_fields: true,
      access_logs: logs
        ? { bucket: logs.bucket.ref("id"), prefix: declared.accessLogs?.prefix, enabled: true }
        : undefined,
      tags: { Name: name() },
    },
    // The load balancer tries to write when logs are switched on: the bucket has to let it by then.
    logs ? { dependsOn: [logs.policy] } : {},
  );

  const targetGroups = Object.fromEntries(
    routedServices(architecture).map(([service, { port, targetHealth }]) => {
      const group = add("aws_lb_target_group", localName(service), {
        name: shortName(service),
        vpc_id: vpc.ref("id"),
        port,
        protocol: "HTTP",
        target_type: architecture.compute.kind === "ec2-auto-scaling" ? "instance" : "ip",
        load_balancing_algorithm_type: declared.algorithm.replaceAll("-", "_"),
        load_balancing_cross_zone_enabled: declared.crossZone ? "use_load_balancer_configuration" : "false",
        deregistration_delay: String(seconds(declared.deregistrationDelay)),
        // Slow start is for round robin only.
        slow_start: declared.algorithm === "round-robin" ? seconds(declared.slowStart) : undefined,
        health_check: {
          path: targetHealth.path,
          matcher: targetHealth.matcher,
          interval: seconds(targetHealth.interval),
          timeout: seconds(targetHealth.timeout),
          healthy_threshold: targetHealth.healthy,
          unhealthy_threshold: targetHealth.unhealthy,
        },
        stickiness: stickinessOf(declared.stickiness),
        tags: { Name: name(service) },
      });
      return [service, group];
    }),
  );

  const { fallback, rules } = routingOf(declared.routes, targetGroups);
  const listeners = declared.listeners.map(({ port, protocol, action, minimumTls }) => {
    const redirects = action === "redirect-to-https";
    const https = declared.listeners.find((listener) => listener.protocol === "https");
    const listener = add("aws_lb_listener", `${protocol}_${port}`, {
      load_balancer_arn: balancer.ref("arn"),
      port,
      protocol: protocol.toUpperCase(),
      ...(protocol === "https"
        ? { certificate_arn: certificate?.arn, ssl_policy: TLS_POLICIES[minimumTls] }
        : {}),
      default_action: redirects
        ? {
            type: "redirect",
            redirect: { protocol: "HTTPS", port: String(https?.port ?? 443), status_code: "HTTP_301" },
          }
        : fallback,
    });
    if (!redirects)
      rules.forEach((rule, at) =>
        add("aws_lb_listener_rule", `${protocol}_${port}_${at + 1}`, {
          listener_arn: listener.ref("arn"),
          priority: (at + 1) * 10,
          ...rule,
        }),
      );
    return listener;
  });
  return { balancer, listeners, targetGroups };
}

function routedServices({ entry, services }: ResolvedArchitecture): (readonly [string, Service])[] {
  const names = new Set(entry.loadBalancer.routes.flatMap(({ to }) => to ?? []));
  return [...names].flatMap((name) => {
    const service = services[name];
    return service?.kind === "web" ? [[name, service] as const] : [];
  });
}

function stickinessOf(
  declared: ResolvedArchitecture["entry"]["loadBalancer"]["stickiness"],
): ArgumentsOf<"aws_lb_target_group">["stickiness"] {
  if (!declared) return undefined;
  return declared.kind === "duration"
    ? { type: "lb_cookie", cookie_duration: seconds(declared.duration) }
    : { type: "app_cookie", cookie_name: declared.cookie, cookie_duration: seconds(declared.duration) };
}
