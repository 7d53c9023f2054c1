import { resolve } from "#model/resolve.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";

/** The reference architectures. */
export const REFERENCES = [
  "three-tier",
  "microservices",
  "autoscaling-group",
  "fargate",
  "transaction-validator",
] as const;

export async function written(name: (typeof REFERENCES)[number]): Promise<Record<string, unknown>> {
  const module = (await import(`../../architectures/${name}/architecture.ts`)) as {
    default: Record<string, unknown>;
  };
  return module.default;
}

export async function resolved(
  name: (typeof REFERENCES)[number],
  environment = "production",
): Promise<ResolvedArchitecture> {
  return resolve(await written(name), environment);
}
