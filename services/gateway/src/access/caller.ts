import { hash } from "node:crypto";

/** Whose request it is. */
export interface Caller {
  /** The same for each request of it; holds nothing that opens anything. */
  readonly id: string;
  readonly by: "token" | "api_key";
}

/** Stands for a credential where it is remembered, so that memory and Redis hold none that could be used. */
export function digest(...parts: readonly string[]): string {
  return hash("sha256", parts.join("\n"), "base64url");
}
