import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TwinStatus } from "#twin/status.ts";

/** Makes `fetch` and everything else here take the certificate of a twin's https listeners, as its users would. */
export function trust({ loadBalancer: { authority } }: TwinStatus): void {
  if (authority === null) return;
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(authority, "utf8")]);
}
