import type { ResolvedArchitecture } from "#model/architecture.ts";
import { TIERS } from "#model/network.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { Database } from "../data/database.ts";
import { localName, zoneLetter } from "../names.ts";

/** Something that has to be so after an apply, in Terraform's own language. */
export interface Assertion {
  readonly condition: string;
  readonly message: string;
}

/** What the architecture says, asked of what Terraform made of it; derived from the model, not from the resources. */
export function assertionsOf(architecture: ResolvedArchitecture): Assertion[] {
  return [
    ...network(architecture),
    ...chain(architecture),
    ...services(architecture),
    ...databases(architecture),
    ...rotations(architecture),
    ...alarms(architecture),
  ];
}

function network({ network: { cidr, nat, subnets }, zoneNames }: ResolvedArchitecture): Assertion[] {
  const gateways = { "per-zone": zoneNames, single: zoneNames.slice(0, 1), none: [] }[nat];
  return [
    equal("aws_vpc.main.cidr_block", cidr, "The VPC's network"),
    ...TIERS.flatMap((tier) =>
      subnets[tier].map((block, zone) => {
        const letter = zoneLetter(zoneNames[zone] ?? "");
        return equal(
          `aws_subnet.${tier}_${letter}.cidr_block`,
          block,
          `The ${tier} subnet of zone ${letter}`,
        );
      }),
    ),
    ...gateways.map((zone) => ({
      condition: `aws_nat_gateway.${zoneLetter(zone)}.subnet_id == aws_subnet.public_${zoneLetter(zone)}.id`,
      message: `The NAT gateway of ${zone} stands in its public subnet.`,
    })),
  ];
}

/** Groups that name each other, from the load balancer to the stores. */
function chain({ entry, services, stores, compute }: ResolvedArchitecture): Assertion[] {
  const group = (service: string) => (compute.kind === "eks" ? "nodes" : localName(service));
  const routed = new Set(entry.loadBalancer.routes.flatMap(({ to }) => to ?? []));
  return Object.entries(services).flatMap(([name, service]) => [
    ...(service.kind === "web" && routed.has(name)
      ? [names(group(name), "load_balancer", service.port)]
      : []),
    ...service.uses.flatMap((used) => {
      const store = stores[used];
      if (!store || store.kind === "bucket" || ("hosting" in store && store.hosting === "pods")) return [];
      return [names(localName(used), group(name), STORE_PORTS[store.kind])];
    }),
  ]);
}

function services({ compute, services: declared }: ResolvedArchitecture): Assertion[] {
  return Object.entries(declared).flatMap(([name, service]) => {
    if (service.kind === "job") return [];
    const local = localName(name);
    const { min, max, desired } = service.replicas;
    if (compute.kind === "ecs-fargate")
      return [
        equal(
          `aws_ecs_task_definition.${local}.cpu`,
          String(service.size.cpu * 1024),
          `The processor of ${name}`,
        ),
        equal(
          `aws_ecs_task_definition.${local}.memory`,
          String(service.size.memory / 1024 ** 2),
          `The memory of ${name}`,
        ),
        equal(`aws_ecs_service.${local}.desired_count`, desired, `The replicas of ${name}`),
        ...(service.scaling.length > 0
          ? [
              equal(`aws_appautoscaling_target.${local}.min_capacity`, min, `The fewest replicas of ${name}`),
              equal(`aws_appautoscaling_target.${local}.max_capacity`, max, `The most replicas of ${name}`),
            ]
          : []),
      ];
    if (compute.kind === "ec2-auto-scaling")
      return [
        equal(`aws_autoscaling_group.${local}.min_size`, min, `The fewest instances of ${name}`),
        equal(`aws_autoscaling_group.${local}.max_size`, max, `The most instances of ${name}`),
        equal(`aws_launch_template.${local}.instance_type`, compute.instanceType, `The instances of ${name}`),
      ];
    return [];
  });
}

function databases({ stores }: ResolvedArchitecture): Assertion[] {
  return Object.entries(stores).flatMap(([name, store]) => {
    const local = localName(name);
    if (store.kind === "redis" && store.hosting === "managed")
      return [
        equal(
          `aws_elasticache_replication_group.${local}.multi_az_enabled`,
          store.multiZone,
          `The zones of ${name}`,
        ),
      ];
    if (store.kind === "bucket" || store.kind === "redis" || store.hosting === "pods") return [];
    const type = databaseType(store);
    return [
      equal(
        `${type}.${local}.storage_encrypted`,
        store.encryption.atRest !== "none",
        `The encryption of ${name}`,
      ),
      equal(`${type}.${local}.deletion_protection`, store.deletionProtection, `The protection of ${name}`),
      ...(type !== "aws_db_instance"
        ? []
        : [
            equal(`${type}.${local}.multi_az`, store.multiZone, `The standby of ${name}`),
            equal(`${type}.${local}.instance_class`, store.instance, `The instance of ${name}`),
          ]),
    ];
  });
}

/** Where AWS's API can replace replicas, those that read a password when they start are rolled when it changes. */
function rotations({ compute, services: declared, stores }: ResolvedArchitecture): Assertion[] {
  if (compute.kind === "eks") return [];
  return Object.entries(declared).flatMap(([name, service]) => {
    if (service.kind === "job") return [];
    const resource = localName("after_rotation", name);
    return service.uses.flatMap((used) => {
      const store = stores[used];
      if (!store || store.kind === "bucket" || store.kind === "redis" || store.hosting === "pods") return [];
      const secret = `${databaseType(store)}.${localName(used)}.master_user_secret[0].secret_arn`;
      return [
        {
          condition: `contains(jsondecode(aws_cloudwatch_event_rule.${resource}.event_pattern).resources, ${secret})`,
          message: `${name} is not rolled when the password of ${used} changes.`,
        },
        {
          condition: `aws_cloudwatch_event_target.${resource}.arn == aws_sfn_state_machine.after_rotation.arn`,
          message: `What rolls ${name} is not told that the password of ${used} has changed.`,
        },
      ];
    });
  });
}

function databaseType(store: Database): string {
  if (store.kind === "documentdb") return "aws_docdb_cluster";
  return store.kind === "postgresql" && store.engine === "aurora" ? "aws_rds_cluster" : "aws_db_instance";
}

function alarms({ observability, entry }: ResolvedArchitecture): Assertion[] {
  const routed = new Set(entry.loadBalancer.routes.flatMap(({ to }) => to ?? []));
  return observability.alarms.flatMap(({ signal, above }) => {
    if (signal === "http-5xx")
      return [
        equal("aws_cloudwatch_metric_alarm.alarm_http_5xx.threshold", above, "The alarm on answers of 5xx"),
      ];
    if (signal !== "unhealthy-targets") return [];
    return [...routed].map((service) =>
      equal(
        `aws_cloudwatch_metric_alarm.alarm_unhealthy_targets_${localName(service)}.threshold`,
        above,
        `The alarm on unhealthy targets of ${service}`,
      ),
    );
  });
}

function equal(address: string, value: string | number | boolean, what: string): Assertion {
  return { condition: `${address} == ${JSON.stringify(value)}`, message: `${what} is not ${String(value)}.` };
}

function names(to: string, from: string, port: number): Assertion {
  return {
    condition: `aws_vpc_security_group_ingress_rule.${to}_from_${from}_${port}.referenced_security_group_id == aws_security_group.${from}.id`,
    message: `${from} reaches ${to} on ${port} by its security group.`,
  };
}
