import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { MANAGED_PASSWORD_ROTATION } from "#aws/databases.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { databases, usersOf } from "../parts.ts";
import { list, time } from "../words.ts";

const AT_START = {
  page: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
  asOf: "2025-05",
};

const ON_ROTATION = {
  page: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html",
  asOf: "2026-08",
};

/** Secrets that change by themselves, and replicas that read them once. */
export const secretRotation: Check = (architecture) =>
  databases(architecture).flatMap(([name, store]) => {
    const users = usersOf(architecture, name).filter(([, { secrets }]) =>
      secrets.some((secret) => architecture.secrets[secret]?.of === name),
    );
    if (users.length === 0 || store.hosting === "pods") return [];
    return [
      findingOf(
        architecture,
        name,
        store.rotation,
        users.map(([user]) => user),
      ),
    ];
  });

function findingOf(
  { compute, security }: ResolvedArchitecture,
  name: string,
  declared: number | undefined,
  users: readonly string[],
): Finding {
  const by = MANAGED_PASSWORD_ROTATION;
  const every = declared ?? by.value;
  const part = `stores.${name}.rotation`;
  const how = {
    "ecs-fargate": "ECS puts secrets into the environment when a task starts",
    "ec2-auto-scaling": "the user data reads secrets when an instance starts",
    eks:
      security.secretsIn === "kubernetes"
        ? "Kubernetes' secrets are copies that nothing renews"
        : "pods read secrets when they start",
  }[compute.kind];
  const changes = `The password of ${name} changes every ${time(every)}${declared === undefined ? ", which is what RDS does where nothing else is said" : ""}, and ${how}.`;
  const found = (says: string): Found => ({
    check: "secret-rotation",
    part,
    figure: every / 1000,
    unit: "seconds",
    says: `${changes} ${says}`,
    references: referencesTo(by, AT_START, ...(compute.kind === "eks" ? [] : [ON_ROTATION])),
  });
  if (compute.kind !== "eks")
    return holds(
      found(
        `The generated Terraform rolls ${list(users)} after each rotation, by an EventBridge rule on the secret. Until a replica is replaced, its open connections go on, and new ones are refused.`,
      ),
    );
  const kept = `Replicas of ${list(users)} that are older keep the old password, which is void: their open connections go on, and new ones are refused. Nothing in AWS's API restarts pods.`;
  const remedy =
    "Read the secret again when a login is refused, or restart the pods after each rotation by a controller in the cluster; or rotate between two users.";
  return declared === undefined
    ? inconclusive(
        found(`${kept} Whether the rotation is switched off, or replicas ask again, is not declared.`),
        remedy,
      )
    : fails(found(kept), remedy);
}
