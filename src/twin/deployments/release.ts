import type { ResolvedService } from "#model/architecture.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** What is different in a version: its command, where it has another one, and variables that are added or replaced. */
export interface VersionDefinition {
  readonly command?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** What a service's replicas run: a version, and the tag of the image that AWS would run. */
export interface Release {
  /** One of the service's `versions`, or `current`, which is the service as it is declared. */
  readonly version: string;
  /** Null for the tag that the service declares. */
  readonly imageTag: string | null;
  /** What came with the request for a version that the architecture does not have; null where it has it. */
  readonly definition: VersionDefinition | null;
}

export const CURRENT: Release = { version: "current", imageTag: null, definition: null };

/** The name that the controllers know a release by. */
export function labelOf({ version, imageTag }: Release): string {
  return imageTag === null ? version : `${version}:${imageTag}`;
}

/** Whether a service has a release's version. */
export function isKnown(
  { versions }: Pick<Replicated, "versions">,
  { version, definition }: Release,
): boolean {
  return version === CURRENT.version || definition !== null || Object.hasOwn(versions, version);
}

/** The service as a release of it runs; as it is declared where it does not have the version any more. */
export function released<Service extends Replicated>(service: Service, release: Release): Service {
  const { version, imageTag } = release;
  const declared = version === CURRENT.version ? undefined : service.versions[version];
  const { command, env } = release.definition ?? declared ?? { env: {} };
  return {
    ...service,
    command: command ?? service.command,
    env: { ...service.env, ...env },
    image: { ...service.image, tag: imageTag ?? service.image.tag },
  };
}
