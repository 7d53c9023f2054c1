import type { Architecture, ResolvedArchitecture } from "./architecture.ts";
import { CHECKS } from "./checks/checks.ts";
import { type Data, deepFreeze, isRecord, merge } from "./data.ts";
import { PlumblineError } from "./errors.ts";
import { Name } from "./names.ts";
import { layOutSubnets } from "./network-plan.ts";
import { checkOverlay } from "./overlay.ts";
import { ArchitectureError, choiceProblem, type Problem, problemsOf } from "./problems.ts";
import { ArchitectureSchema } from "./schema.ts";
import { zoneNames } from "./zones.ts";

/**
 * One environment of an architecture, complete and frozen: overlay, every default, plain numbers.
 * @throws ArchitectureError with every problem of that environment, whatever it is given; PlumblineError
 *   ENVIRONMENT_UNKNOWN for a name that the architecture does not have; never anything else.
 */
export function resolve(architecture: Architecture | unknown, environment: string): ResolvedArchitecture {
  const known = environmentsOf(architecture);
  if (isRecord(architecture) && !known.includes(environment))
    throw unknownEnvironment(nameOf(architecture), environment, known);
  const outcome = attempt(architecture, environment);
  if (outcome.problems.length > 0) throw new ArchitectureError(nameOf(architecture), outcome.problems);
  return outcome.resolved as ResolvedArchitecture;
}

function unknownEnvironment(name: string, environment: string, known: readonly string[]): PlumblineError {
  const { remedy } = choiceProblem("environments", environment, known);
  return new PlumblineError(
    "ENVIRONMENT_UNKNOWN",
    `The architecture ${name} has no environment "${environment}".`,
    remedy,
  );
}

/** Everything that is wrong with an architecture in any of its environments; empty if it is right. */
export function checkArchitecture(architecture: unknown): Problem[] {
  const problems = environmentsOf(architecture).flatMap(
    (environment) => attempt(architecture, environment).problems,
  );
  const seen = new Set<string>();
  return problems.filter(({ code, path, message }) => {
    const key = `${code} ${path} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The names of the architecture's environments; `production` where it declares none. */
export function environmentsOf(architecture: unknown): string[] {
  const environments = isRecord(architecture) ? architecture["environments"] : undefined;
  const names = isRecord(environments) ? Object.keys(environments) : [];
  return names.length > 0 ? names : ["production"];
}

function nameOf(architecture: unknown): string {
  return isRecord(architecture) && typeof architecture["name"] === "string"
    ? architecture["name"]
    : "(no name)";
}

function attempt(
  architecture: unknown,
  environment: string,
): { problems: Problem[]; resolved?: ResolvedArchitecture } {
  if (!isRecord(architecture)) {
    const message = "an architecture is an object";
    return {
      problems: [
        {
          code: "VALUE_INVALID",
          path: "(architecture)",
          message,
          remedy: "Export defineArchitecture({ … }).",
        },
      ],
    };
  }
  const { environments, ...base } = architecture;
  const problems = checkEnvironment(environments, environment);
  const overlay =
    isRecord(environments) && Object.hasOwn(environments, environment) ? environments[environment] : {};
  problems.push(...checkOverlay(base, environment, overlay));

  const merged = merge(base, overlay) as Data;
  const parsed = ArchitectureSchema.safeParse(merged, { reportInput: true });
  if (parsed.error) problems.push(...problemsOf(parsed.error, ArchitectureSchema));
  problems.push(...CHECKS.flatMap((check) => check({ ...merged, environments })));
  if (parsed.error || problems.length > 0) return { problems };

  const network = { ...parsed.data.network, subnets: layOutSubnets(parsed.data.network) };
  const resolved = {
    ...parsed.data,
    network,
    environment,
    zoneNames: zoneNames(parsed.data.region, network.zones),
  };
  return { problems, resolved: deepFreeze(resolved) };
}

function checkEnvironment(environments: unknown, environment: string): Problem[] {
  if (!isRecord(environments) || Object.keys(environments).length === 0) {
    const message = "no environment is declared";
    return [
      {
        code: "FIELD_MISSING",
        path: "environments",
        message,
        remedy: "Add environments: { development: {}, production: {} }.",
      },
    ];
  }
  const name = Name.safeParse(environment);
  return name.error
    ? problemsOf(name.error, Name, ["environments", environment]).map((problem) => ({
        ...problem,
        code: "NAME_INVALID",
      }))
    : [];
}
