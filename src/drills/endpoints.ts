import { readFileSync } from "node:fs";
import { exampleTarget, type Target } from "#load/target.ts";
import { exampleRequest } from "#model/example-request.ts";
import type { StoreStatus } from "#twin/status.ts";
import { variableName } from "#twin/service-environment.ts";
import type { Scene } from "./drill.ts";
import { SQL_KINDS, storeOf } from "./targets.ts";

/**
 * The load balancer, asked by the architecture's example; null where it does not listen.
 * @param asksNode its node in a zone, where it has nodes.
 */
export function entryTarget(
  { architecture, status }: Pick<Scene, "architecture" | "status">,
  asksNode = false,
): Target | null {
  const { loadBalancer, zones } = status;
  const { authority } = loadBalancer;
  const node = asksNode
    ? zones.flatMap(({ listeners }) => listeners).find((url) => isLike(url, status.endpoint))
    : undefined;
  const endpoint = node ?? status.endpoint;
  if (endpoint === null) return null;
  return exampleTarget(architecture, endpoint, authority === null ? [] : [readFileSync(authority, "utf8")]);
}

/** Whether both are the same listener, at whichever address. */
function isLike(one: string, other: string | null): boolean {
  if (other === null) return false;
  const [{ protocol, port }, like] = [new URL(one), new URL(other)];
  return protocol === like.protocol && port === like.port;
}

/** Where what the example writes is found: the URL of the store, and the place in it; null where nobody says. */
export async function exampleWrites(scene: Scene) {
  const written = exampleRequest(scene.architecture)?.written;
  if (!written || !JSON.stringify(exampleRequest(scene.architecture)).includes("${NUMBER}")) return null;
  const url = await writerUrl(scene, written.store);
  return url === null ? null : { url, table: written.table, column: written.column };
}

/** The store that the probe writes to beside the load balancer; undefined where the twin has none. */
export function sqlStore(scene: Pick<Scene, "status">): StoreStatus | undefined {
  return storeOf(scene, ...SQL_KINDS);
}

/**
 * A store's writer endpoint, with its password: that of a zone other than the one that will be away, as far as a replica
 * there uses the store.
 */
export async function writerUrl(
  { client, status }: Pick<Scene, "client" | "status">,
  store: string,
  zoneAway?: string,
): Promise<string | null> {
  if (zoneAway !== undefined && status.zones[0]?.name === zoneAway) {
    const elsewhere = status.services
      .flatMap(({ replicas }) => replicas)
      .filter(({ zone }) => zone !== zoneAway);
    for (const { id } of elsewhere) {
      const url = (await client.environment(id))?.variables[`${variableName(store)}_URL`];
      if (url !== undefined) return url;
    }
    return null;
  }
  return (await client.connections()).find(({ name }) => name === store)?.writer ?? null;
}
