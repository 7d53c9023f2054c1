import { createHash } from "node:crypto";

/** What Terraform calls a part inside the module: `database_credentials`. */
export function localName(...words: readonly string[]): string {
  return words.join("_").replaceAll(/[^a-zA-Z0-9]+/g, "_");
}

/**
 * A name that fits a service's limit. One that is too long keeps its beginning and gets a hash of the whole, so that two
 * long names never become one.
 */
export function fitted(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, limit - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

/** The letter of a zone: `a` of `us-east-1a`. */
export function zoneLetter(zone: string): string {
  return zone.slice(-1);
}
