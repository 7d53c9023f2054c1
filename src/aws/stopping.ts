import type { Dated } from "./facts.ts";

/** In milliseconds. */
export const LONGEST_DEREGISTRATION: Dated<number> = {
  value: 3_600_000,
  page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay",
  asOf: "2025-05",
};

/** From SIGTERM to SIGKILL of a container on Fargate, in milliseconds. */
export const LONGEST_TASK_STOP: Dated<number> = {
  value: 120_000,
  page: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout",
  asOf: "2025-05",
};
