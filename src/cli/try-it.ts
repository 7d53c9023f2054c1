import { randomUUID } from "node:crypto";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { fillExample } from "#model/example-request.ts";
import type { TwinStatus } from "#twin/status.ts";
import { curl } from "./curl.ts";
import { style } from "./style.ts";

/** The request that the architecture gives as an example, as a command to copy; empty if it gives none. */
export function tryIt({ services }: ResolvedArchitecture, { endpoint, loadBalancer }: TwinStatus): string {
  for (const service of Object.values(services)) {
    if (service.kind !== "web" || !service.example) continue;
    const { method, path, body } = service.example;
    const verb = method === "GET" || (method === "POST" && body !== undefined) ? "" : ` -X ${method}`;
    const values = { now: new Date().toISOString(), number: String(Date.now()), uuid: randomUUID() };
    const json = body && fillExample(JSON.stringify(body), values).replaceAll("'", String.raw`'\''`);
    const data =
      json === undefined ? "" : ` \\\n    -H 'content-type: application/json' \\\n    -d '${json}'`;
    const command = curl(`${endpoint}${fillExample(path, values)}`, loadBalancer.authority, `-i${verb}`);
    return `Try it:\n  ${style.cyan(`${command}${data}`)}\n`;
  }
  return "";
}
