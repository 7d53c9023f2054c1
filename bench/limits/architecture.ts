import type { ArchitectureInput } from "#model/schema.ts";
import { merge } from "#model/data.ts";
import microservices from "../../architectures/microservices/architecture.ts";

/**
 * What `npm run bench -- limits` asks: the architecture as its document has it, which takes files from anybody, counts
 * nobody's requests, and does not validate meanwhile what it has received.
 */
export default merge(microservices, {
  name: "limits",
  services: {
    gateway: { env: { ADDRESS_LIMIT: "1000000", LOG_LEVEL: "warn" } },
    backend: { env: { AUTHENTICATION: "open", UPLOAD_CPU_PERCENT: "0", LOG_LEVEL: "warn" } },
  },
}) as ArchitectureInput;
