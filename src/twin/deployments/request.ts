import * as z from "zod";
import { PlumblineError } from "#model/errors.ts";
import { Name } from "#model/names.ts";

/** What `POST /v1/services/{service}/deployments` takes. */
export const DeploymentBody = z.strictObject({
  /** One of the service's `versions`, or `current` for the service as it is declared; the one that runs if left out. */
  version: Name.optional(),
  /** What AWS would run, for the record: no image is pulled here. */
  imageTag: z.string().min(1).optional(),
  /** Makes `version` one that the architecture does not have. */
  definition: z
    .strictObject({
      command: z.array(z.string().min(1)).min(1).optional(),
      env: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  /** Whether a failure is rolled back, where the service's `circuitBreaker` says so. */
  rollback: z.boolean().default(true),
  /** How long all of it may take, in milliseconds; as long as there is progress, unless given. */
  timeoutMs: z.number().positive().max(86_400_000).optional(),
});
export type DeploymentBody = z.output<typeof DeploymentBody>;

/** @throws PlumblineError BODY_UNREADABLE */
export function deploymentBody(body: unknown): DeploymentBody {
  const { data, error } = DeploymentBody.safeParse(body);
  if (data) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new PlumblineError(
    "BODY_UNREADABLE",
    `The body is not a deployment: ${problems.join("; ")}.`,
    'Say which version: {"version": "v2"}; also imageTag, definition, rollback and timeoutMs.',
  );
}
