import type { FastifyBaseLogger } from "fastify";

import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { createAccess, type Access } from "./access.ts";
import type { AccessConfig } from "./config.ts";
import { createKeyDirectory, type KeyDirectory } from "./key-directory.ts";
import { readActiveKeys, touchKeys } from "./key-repository.ts";
import { createKeySet } from "./key-set.ts";
import { byIssuer } from "./issuers.ts";
import { expandRoles, type Role } from "./roles.ts";
import { createTokenVerifier, type TokenVerifier } from "./tokens.ts";

export interface OpenedAccess {
  readonly access: Access;
  readonly directory: KeyDirectory;
}

/** Tokens that this service makes itself, for people who have signed in. */
export interface OwnTokens {
  readonly issuer: string;
  readonly verifier: TokenVerifier;
  /** What the person of a session may do by now; nothing where it has ended. */
  rolesNow(pool: Pool, session: string): Promise<readonly Role[]>;
}

const WARNINGS = {
  required: undefined,
  administration: "AUTHENTICATION is administration: anyone may post and read transactions",
  open: "AUTHENTICATION is open: anyone is whoever they say in X-Actor, and may change the rules",
};

/** Puts the parts together that know who may do what; what they need is read by the way, nobody waits for it. */
export function openAccess(
  { authentication, tokens }: AccessConfig,
  pool: Pool,
  log: FastifyBaseLogger,
  now: () => number = Date.now,
  own?: OwnTokens,
): OpenedAccess {
  const warning = WARNINGS[authentication];
  if (warning !== undefined) log.warn({ authentication }, warning);
  const directory = createKeyDirectory({
    read: () => readActiveKeys(pool),
    touch: (ids) => touchKeys(pool, ids),
    log,
    now,
  });
  const keys = tokens && createKeySet({ source: tokens.source, log });
  void keys?.refresh();
  const verifier = tokens && keys && createTokenVerifier({ ...tokens, keys, now });
  const all = own === undefined ? verifier : byIssuer(own, verifier);
  const rolesNow =
    own && (async (session: string) => expandRoles(await available(() => own.rolesNow(pool, session))));
  return { access: createAccess({ authentication, keys: directory, tokens: all, rolesNow }), directory };
}
