import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { entryTarget } from "#drills/endpoints.ts";
import type { Target } from "#load/target.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import type { TwinStatus } from "#twin/status.ts";
import { plumbline } from "../decisions/twin.ts";
import written from "./architecture.ts";

const ENVIRONMENT = "production";

/** The system whose limits are measured, and where it is asked. */
export interface LimitsTwin {
  readonly architecture: ResolvedArchitecture;
  /** Of the load balancer; `authority` is what issued its certificate, in PEM. */
  readonly url: string;
  readonly authority: string;
  /** The example of the architecture, sent to the load balancer. */
  readonly example: Target;
  /** A replica of the backend itself: the same request without what stands before it. */
  readonly backendUrl: string;
  /** With the password; through the forwarder of the first zone, as a service reaches it. */
  readonly databaseUrl: string;
  readonly cacheUrl: string;
  /** Of Redis itself, by no forwarder. */
  readonly cacheNodeUrl: string;
  /** What runs in place of what: how many replicas there are of each service. */
  readonly replicas: Readonly<Record<string, number>>;
  stop(): void;
}

/** Starts it with its state in a folder of the bench's own. */
export function startTwin(state: string): LimitsTwin {
  const file = fileURLToPath(new URL("architecture.ts", import.meta.url));
  const output = plumbline(["up", file, "--environment", ENVIRONMENT, "--detach", "--json"], state);
  const status = JSON.parse(output.trimEnd().split("\n").at(-1)!) as TwinStatus;
  const architecture = resolve(written, ENVIRONMENT);
  const { authority } = status.loadBalancer;
  const example = entryTarget({ architecture, status });
  if (!example || authority === null) throw new Error("The load balancer does not speak TLS.");
  const cacheUrl = plumbline(["connect", "cache", "--url"], state).trim();
  const cacheNodeUrl = new URL(cacheUrl);
  cacheNodeUrl.host = status.stores.find(({ name }) => name === "cache")!.nodes[0]!.address;
  const replicasOf = (name: string) => status.services.find((each) => each.name === name)?.replicas ?? [];
  return {
    architecture,
    url: example.url.origin,
    authority: readFileSync(authority, "utf8"),
    example,
    backendUrl: `http://${replicasOf("backend")[0]!.address}`,
    databaseUrl: plumbline(["connect", "database", "--url"], state).trim(),
    cacheUrl,
    cacheNodeUrl: cacheNodeUrl.href,
    replicas: Object.fromEntries(
      status.services.flatMap(({ name, replicas }) =>
        replicas.length > 0 ? [[name, replicas.length] as const] : [],
      ),
    ),
    stop: () => void plumbline(["down", "--purge"], state),
  };
}
