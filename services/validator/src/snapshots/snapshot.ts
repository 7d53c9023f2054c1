// What an administrative act has changed, whole, before and after.
import { hash } from "node:crypto";

export interface Change {
  /** Of what was changed, after it: its revision. */
  readonly version: number;
  /** Null where there was nothing before. */
  readonly before: object | null;
  readonly after: object | null;
}

export interface Snapshot extends Change {
  /** The act's. */
  readonly id: string;
  /** What was changed, such as `people/ana`. */
  readonly subject: string;
  readonly act: string;
  readonly actor: string;
  readonly at: Date;
}

/** JSON, as it is stored and hashed. */
export function spelled(document: object | null): string | null {
  return document === null ? null : JSON.stringify(document);
}

/** SHA-256 in hexadecimal, which the act has among its details: a snapshot that somebody altered is found by it. */
export function hashOf({ before, after }: { before: string | null; after: string | null }): string {
  return hash("sha256", `snapshot 1\0${part(before)}\0${part(after)}`, "hex");
}

/** Nothing differs from every text. */
const part = (json: string | null) => (json === null ? "-" : `=${json}`);
