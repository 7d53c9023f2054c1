import type { Context } from "../context.ts";
import { type Expression, jsonencode, raw, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";

export interface Registry {
  /** The image that a service runs: its repository, at the tag that the delivery gives. */
  readonly image: (service: string) => Expression<string>;
}

/** A repository for each image. https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html */
export function registryOf({ architecture, stack, name }: Context, keys: Keys): Registry {
  const add = stack.file("compute");
  const { registry, services } = architecture;
  const names = [...new Set(Object.values(services).map(({ image }) => image.repository))];
  const repositories = new Map(
    names.map((repository) => {
      const local = localName(repository);
      const made = add("aws_ecr_repository", local, {
        name: name(repository),
        image_tag_mutability: registry.tags.toUpperCase(),
        image_scanning_configuration: { scan_on_push: registry.scanOnPush },
        encryption_configuration:
          registry.encryption === "kms"
            ? { encryption_type: "KMS", kms_key: keys.arn("cluster") }
            : { encryption_type: "AES256" },
        force_delete: architecture.environment !== "production",
      });
      add("aws_ecr_lifecycle_policy", local, {
        repository: made.ref("name"),
        policy: jsonencode({
          rules: [
            {
              rulePriority: 1,
              description: "Layers that no tag names",
              selection: {
                tagStatus: "untagged",
                countType: "sinceImagePushed",
                countUnit: "days",
                countNumber: 7,
              },
              action: { type: "expire" },
            },
            {
              rulePriority: 2,
              description: `All but the last ${registry.keepTagged} tagged images`,
              selection: {
                tagStatus: "tagged",
                tagPatternList: ["*"],
                countType: "imageCountMoreThan",
                countNumber: registry.keepTagged,
              },
              action: { type: "expire" },
            },
          ],
        }),
      });
      return [repository, made] as const;
    }),
  );
  return {
    image: (service) => {
      const repository = repositories.get(services[service]?.image.repository ?? "");
      if (!repository) throw new Error(`There is no image for ${service}.`);
      return text`${repository.ref("repository_url")}:${raw<string>(`var.image_tags["${service}"]`)}`;
    },
  };
}
