import type { ResolvedService } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { Context } from "../context.ts";
import type { Vpc } from "../network/vpc.ts";
import { localName } from "../names.ts";
import type { Resource } from "../stack.ts";

type Group = Resource<"aws_security_group">;

export interface SecurityGroups {
  readonly loadBalancer: Group;
  /** The group that a service's replicas are in: their own, or their nodes' on EKS. */
  readonly service: (name: string) => Group;
  /** Every group that replicas are in, once. */
  readonly compute: readonly Group[];
  /** Of stores that have a port inside the VPC. */
  readonly stores: Readonly<Record<string, Group>>;
}

/** What a replica reaches outside the VPC in any case: its image, its secrets, its logs. */
const HTTPS = 443;

/**
 * Who may open connections to whom: a chain of groups that name each other. Only the edge knows addresses.
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
 */
export function securityGroupsOf(context: Context, { vpc }: Vpc, endpoints: Group | null): SecurityGroups {
  const { architecture, stack, name } = context;
  const add = stack.file("security");
  const group = (part: string, description: string, comment?: string) =>
    add(
      "aws_security_group",
      localName(part),
      { name: name(part), description, vpc_id: vpc.ref("id"), tags: { Name: name(part) } },
      comment === undefined ? {} : { comment },
    );

  const loadBalancer = group("load-balancer", "The load balancer: the only group that knows addresses");
  const services = Object.entries(architecture.services);
  const onNodes = architecture.compute.kind === "eks";
  const nodes = onNodes
    ? group(
        "nodes",
        "The cluster's nodes and their pods",
        "Pods share their node's group; network policies part them.",
      )
    : null;
  const own = new Map(
    nodes
      ? []
      : services.map(([service]) => [service, group(service, `The replicas of ${service}`)] as const),
  );
  const serviceGroup = (service: string) => nodes ?? (own.get(service) as Group);
  const compute = nodes ? [nodes] : [...own.values()];
  const stores = Object.fromEntries(
    Object.entries(architecture.stores)
      .filter(([, store]) => store.kind !== "bucket" && !("hosting" in store && store.hosting === "pods"))
      .map(([store, { kind }]) => [store, group(store, `The ${kind} store ${store}`)]),
  );

  const allow = allowing(context);
  for (const port of new Set(architecture.entry.loadBalancer.listeners.map(({ port }) => port)))
    allow.internetTo(loadBalancer, port);
  for (const [service, declared] of services) {
    const from = serviceGroup(service);
    if (declared.kind === "web" && isRouted(architecture, service))
      allow.between(loadBalancer, from, declared.port);
    for (const used of declared.uses) {
      const store = stores[used];
      const target = architecture.services[used];
      if (store) allow.between(from, store, STORE_PORTS[architecture.stores[used]?.kind ?? "bucket"]);
      else if (target?.kind === "web" && !nodes) allow.between(from, serviceGroup(used), target.port);
    }
    if (endpoints) allow.between(from, endpoints, HTTPS);
    allow.outside(from, declared);
  }
  if (nodes) allow.everythingInside(nodes);
  for (const [store, each] of Object.entries(stores)) {
    const { kind } = architecture.stores[store] ?? { kind: "bucket" };
    if (kind === "documentdb" || kind === "redis") allow.between(each, each, STORE_PORTS[kind]);
  }
  return { loadBalancer, service: serviceGroup, compute, stores };
}

function isRouted({ entry }: Context["architecture"], service: string): boolean {
  return entry.loadBalancer.routes.some(({ to }) => to === service);
}

/** Adds each pair of rules once, whoever asks for it. */
function allowing({ architecture, stack }: Context) {
  const add = stack.file("security");
  const done = new Set<string>();
  const once = (key: string, rule: () => void) => {
    if (done.has(key)) return;
    done.add(key);
    rule();
  };
  const isPublic = architecture.entry.loadBalancer.scheme === "internet-facing";
  const clients = isPublic ? "0.0.0.0/0" : architecture.network.cidr;
  return {
    internetTo(to: Group, port: number) {
      once(`clients ${to.name} ${port}`, () =>
        add("aws_vpc_security_group_ingress_rule", localName(to.name, "clients", String(port)), {
          security_group_id: to.ref("id"),
          description: isPublic ? "Clients on the internet" : "Clients inside the VPC",
          cidr_ipv4: clients,
          ...tcp(port),
        }),
      );
    },
    between(from: Group, to: Group, port: number) {
      once(`${from.name} ${to.name} ${port}`, () => {
        add("aws_vpc_security_group_egress_rule", localName(from.name, "to", to.name, String(port)), {
          security_group_id: from.ref("id"),
          description: `To ${to.name}`,
          referenced_security_group_id: to.ref("id"),
          ...tcp(port),
        });
        add("aws_vpc_security_group_ingress_rule", localName(to.name, "from", from.name, String(port)), {
          security_group_id: to.ref("id"),
          description: `From ${from.name}`,
          referenced_security_group_id: from.ref("id"),
          ...tcp(port),
        });
      });
    },
    outside(from: Group, { egress }: ResolvedService) {
      const everything = egress === "open";
      once(`${from.name} outside ${everything}`, () =>
        add("aws_vpc_security_group_egress_rule", localName(from.name, everything ? "anywhere" : "https"), {
          security_group_id: from.ref("id"),
          description: everything ? "Anywhere, as declared" : "Images, secrets and logs of AWS",
          cidr_ipv4: "0.0.0.0/0",
          ...(everything ? { ip_protocol: "-1" } : tcp(HTTPS)),
        }),
      );
    },
    everythingInside(nodes: Group) {
      add("aws_vpc_security_group_ingress_rule", localName(nodes.name, "among_themselves"), {
        security_group_id: nodes.ref("id"),
        description: "Pods, the kubelet and the cluster's DNS",
        referenced_security_group_id: nodes.ref("id"),
        ip_protocol: "-1",
      });
      add("aws_vpc_security_group_egress_rule", localName(nodes.name, "among_themselves"), {
        security_group_id: nodes.ref("id"),
        description: "Pods, the kubelet and the cluster's DNS",
        referenced_security_group_id: nodes.ref("id"),
        ip_protocol: "-1",
      });
    },
  };
}

function tcp(port: number) {
  return { ip_protocol: "tcp", from_port: port, to_port: port };
}
