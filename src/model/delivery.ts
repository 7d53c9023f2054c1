import * as z from "zod";

const Stage = z.enum(["test", "scan", "build", "staging", "approval", "production", "verify"]);

/** How a change gets into production. */
export const Delivery = z.strictObject({
  pipeline: z.enum(["github-actions", "none"]).default("github-actions"),
  stages: z
    .array(Stage)
    .min(1)
    .default(["test", "scan", "build", "staging", "approval", "production", "verify"]),
  scanner: z.enum(["trivy", "ecr"]).default("trivy"),
  rollBack: z.enum(["automatic", "manual"]).default("automatic"),
  gitops: z.enum(["argo-cd", "none"]).default("none"),
  infrastructure: z
    .array(z.enum(["terraform", "cloudformation"]))
    .min(1)
    .default(["terraform"]),
  /** What is written for people beside the code. */
  handbook: z
    .array(z.enum(["architecture", "runbooks", "api", "troubleshooting"]))
    .default(["architecture", "runbooks", "api", "troubleshooting"]),
});
