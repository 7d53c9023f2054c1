import type { ResolvedArchitecture } from "../architecture.ts";
import { environmentsOf, resolve } from "../resolve.ts";

/** The reference architectures. */
export const REFERENCES = [
  "three-tier",
  "microservices",
  "autoscaling-group",
  "fargate",
  "transaction-validator",
] as const;

export async function written(name: (typeof REFERENCES)[number]): Promise<Record<string, unknown>> {
  const module = (await import(`../../../architectures/${name}/architecture.ts`)) as {
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

/** Every environment of every reference architecture. */
export async function everyEnvironment() {
  const all = await Promise.all(
    REFERENCES.map(async (name) => {
      const architecture = await written(name);
      return environmentsOf(architecture).map((environment) => ({
        name: `${name} ${environment}`,
        architecture: resolve(architecture, environment),
      }));
    }),
  );
  return all.flat();
}
