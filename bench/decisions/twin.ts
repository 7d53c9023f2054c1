import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { packageRoot } from "#twin/package-root.ts";
import type { TwinStatus } from "#twin/status.ts";
import type { Parts } from "./processes.ts";

/** The system under load, as `plumbline up` runs it. */
export interface RunningTwin {
  /** Of the load balancer. */
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Addresses of the nodes themselves, by no forwarder. */
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  readonly cacheUrl: string;
  readonly parts: Parts;
  stop(): void;
}

/** Starts the architecture of this folder, with its state in `state`. */
export function startTwin(state: string): RunningTwin {
  const file = fileURLToPath(new URL("architecture.ts", import.meta.url));
  const output = plumbline(["up", file, "--environment", "production", "--detach", "--json"], state);
  const status = JSON.parse(output.trimEnd().split("\n").at(-1)!) as TwinStatus;
  const url = (store: string) => plumbline(["connect", store, "--url"], state).trim();
  const node = (store: string, role: string) =>
    status.stores.find(({ name }) => name === store)!.nodes.find((each) => each.role === role)!;
  const at = (store: string, role: string) => {
    const address = new URL(url(store));
    address.host = node(store, role).address;
    return address.href;
  };
  const { hostname: host, port } = new URL(status.endpoint!);
  return {
    endpoint: { host, port: Number(port) },
    primaryUrl: at("database", "primary"),
    standbyUrl: at("database", "standby"),
    cacheUrl: at("cache", "primary"),
    parts: {
      "load balancer": [status.loadBalancer.pid!],
      replicas: status.services.flatMap(({ replicas }) => replicas.flatMap(({ pid }) => pid ?? [])),
      forwarders: status.zones.flatMap(({ forwarder }) => forwarder.pid ?? []),
      "postgresql primary": [node("database", "primary").pid!],
      "postgresql standby": [node("database", "standby").pid!],
      redis: [node("cache", "primary").pid!],
    },
    stop: () => void plumbline(["down", "--purge"], state),
  };
}

/** Runs the command line as a user does, with the state in a folder of the bench's own. */
export function plumbline(args: readonly string[], state: string): string {
  const { status, stdout, stderr } = spawnSync("node", ["bin/plumbline.mjs", ...args], {
    cwd: packageRoot,
    env: { ...process.env, PLUMBLINE_STATE: state },
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  throw new Error(`plumbline ${args.join(" ")} ended with ${status}: ${stderr}`);
}
