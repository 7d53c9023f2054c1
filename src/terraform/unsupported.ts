import { PlumblineError } from "#model/errors.ts";

/** A setting that Terraform has no argument for: it is refused by name rather than left out in silence. */
export function unsupported(path: string, why: string, remedy: string): PlumblineError {
  return new PlumblineError("TERRAFORM_UNSUPPORTED", `${path} cannot be generated: ${why}.`, remedy);
}
