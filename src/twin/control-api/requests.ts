import * as z from "zod";
import { PlumblineError } from "#model/errors.ts";

/** What `PUT /v1/architecture` takes: an architecture as it is written, and where it is from. */
const ApplyRequest = z.strictObject({
  /** Checked as by `plumbline check`, by the one who applies it. */
  architecture: z.unknown(),
  environment: z.string().min(1),
  architectureFile: z.string().min(1),
  /** The folder that commands are run in. */
  project: z.string().min(1),
  /** Services and jobs whose program files have changed. */
  programs: z.array(z.string()).default([]),
});
export type ApplyRequest = z.output<typeof ApplyRequest>;

/** @throws PlumblineError BODY_UNREADABLE */
export function applyRequest(body: unknown): ApplyRequest {
  const { data, error } = ApplyRequest.safeParse(body);
  if (data) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new PlumblineError(
    "BODY_UNREADABLE",
    `The body is not understood: ${problems.join("; ")}.`,
    "Mend what is named.",
  );
}
