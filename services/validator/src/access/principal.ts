import type { Role } from "./roles.ts";

/** Who sent a request, and what they may do. */
export interface Principal {
  /** Who acts; undefined where the request did not say it, and need not. */
  readonly actor: string | undefined;
  readonly roles: ReadonlySet<Role>;
  readonly by: "api_key" | "token" | "claim" | "nobody";
  /** Of a token of our own: which session it is of. */
  readonly session?: string;
}

/** A name that acts may be done in: of a key's owner, or of whoever says it where that counts. */
export const ACTOR = /^[A-Za-z0-9][A-Za-z0-9._@+:-]{0,99}$/;

/** Acts of the service itself are in this name, and those of commands begin with the other. */
export function isReserved(actor: string): boolean {
  return actor === "system" || actor.startsWith("command:");
}

/** The credentials are none, or none that count; `why` continues "The request ...", and says nothing about secrets. */
export class Refused extends Error {}
