import { account } from "../context.ts";
import { type Expression, type HclValue, keyed, raw, replaced, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { policy } from "../security/policies.ts";
import type { Resource } from "../stack.ts";
import type { Cluster, Eks } from "./eks.ts";
import { CLUSTER_SERVICES } from "./eks-cluster-services.ts";
import { readSecrets, secretsRead, statementsOf } from "./permissions.ts";
import type { ComputeTools } from "./tools.ts";

/** The role of a service account, by `namespace/name`. */
export type ServiceRoles = ReadonlyMap<string, Resource<"aws_iam_role">>;

/**
 * A role for each service account that calls AWS: the services' own, and those of what keeps the cluster. By IRSA a pod proves
 * itself with the cluster's OIDC provider, by Pod Identity through an agent on its node.
 * https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export function serviceRolesOf(tools: ComputeTools, compute: Eks, cluster: Cluster): ServiceRoles {
  const { context, buckets, keys } = tools;
  const { architecture } = context;
  const roles = new Map<string, Resource<"aws_iam_role">>();
  const namespace = architecture.name;
  for (const [service, declared] of Object.entries(architecture.services)) {
    const statements: HclValue[] = [
      ...readSecrets(secretsRead(tools, declared), keys),
      ...statementsOf(context, declared, buckets, keys),
    ];
    if (statements.length > 0)
      roles.set(
        `${namespace}/${service}`,
        roleOf(tools, cluster, { namespace, account: service, statements }),
      );
  }
  for (const each of CLUSTER_SERVICES.filter(({ isUsed }) => isUsed(architecture, compute))) {
    const statements = each.statements({
      region: architecture.region,
      cluster: cluster.cluster.ref("name"),
      topic: raw("aws_sns_topic.alarms.arn"),
      bucket: (name) => buckets.bucket(name).ref("arn"),
      architecture,
    });
    roles.set(`${each.namespace}/${each.account}`, roleOf(tools, cluster, { ...each, statements }));
  }
  return roles;
}

function roleOf(
  { context }: ComputeTools,
  cluster: Cluster,
  {
    namespace,
    account: serviceAccount,
    statements,
  }: {
    readonly namespace: string;
    readonly account: string;
    readonly statements: readonly HclValue[];
  },
): Resource<"aws_iam_role"> {
  const { stack, name } = context;
  const add = stack.file("compute");
  const local = localName("pod", serviceAccount);
  const role = add("aws_iam_role", local, {
    name: name("pod", serviceAccount),
    assume_role_policy: cluster.identity ? byIssuer(cluster.identity, namespace, serviceAccount) : byAgent(),
  });
  add("aws_iam_role_policy", local, { name: "own", role: role.ref("id"), policy: policy(statements) });
  if (!cluster.identity)
    add("aws_eks_pod_identity_association", local, {
      cluster_name: cluster.cluster.ref("name"),
      namespace,
      service_account: serviceAccount,
      role_arn: role.ref("arn"),
    });
  return role;
}

/** The condition's keys are the issuer's name without its scheme. */
function byIssuer(
  { arn, issuer }: NonNullable<Cluster["identity"]>,
  namespace: string,
  serviceAccount: string,
): Expression<string> {
  const host = replaced(issuer, "https://", "");
  return policy([
    {
      Effect: "Allow",
      Principal: { Federated: arn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: keyed(
          [text`${host}:sub`, `system:serviceaccount:${namespace}:${serviceAccount}`],
          [text`${host}:aud`, "sts.amazonaws.com"],
        ),
      },
    },
  ]);
}

function byAgent(): Expression<string> {
  return policy([
    {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ]);
}
