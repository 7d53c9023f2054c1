import type { DocumentsConfig } from "./config.ts";
import type { Documents } from "./documents.ts";

/** Opens documents; the driver, which takes 35 MiB of memory, is loaded by those that have a use for it. */
export async function loadDocuments(config: DocumentsConfig, appName: string): Promise<Documents> {
  const { openDocuments } = await import("./documents.ts");
  return openDocuments(config, appName);
}
