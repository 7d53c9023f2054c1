// People who sign in: the parts put together.
import type { FastifyBaseLogger, FastifyRequest } from "fastify";

import type { Access } from "../access/access.ts";
import type { KeyDirectory } from "../access/key-directory.ts";
import { meterSignUps } from "../business/metrics.ts";
import type { Cache } from "../cache/cache.ts";
import type { Pool } from "../database/session.ts";
import { Problem } from "../http/problems.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { Instruments } from "../observability/instruments.ts";
import { refusal } from "../transactions/reasons.ts";
import { addressOf, networkOf } from "./addresses.ts";
import type { PeopleConfig } from "./config.ts";
import { createHasher } from "./hasher.ts";
import { createOwnAccount } from "./own-account.ts";
import { ownRoutes } from "./own-routes.ts";
import { meterProofs } from "./metrics.ts";
import { createProving } from "./proving.ts";
import { peopleRoutes } from "./routes.ts";
import { createSealer, type Sealer } from "./sealing.ts";
import { type ProofRequest, sessionRoutes } from "./session-routes.ts";
import { createSessionStore } from "./session-store.ts";
import { createSessions } from "./sessions.ts";
import { createSignUp } from "./sign-up.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { createThrottle } from "./throttle.ts";
import { makeToken } from "./tokens.ts";

export interface PeopleParts {
  readonly config: PeopleConfig;
  readonly pool: Pool;
  readonly cache: Cache;
  readonly access: Access;
  readonly directory: KeyDirectory;
  readonly sealer: Sealer;
  readonly keys: SigningKeys;
  readonly instruments: Pick<Instruments, "counter">;
  readonly now: () => number;
  /** Once somebody is locked: gives back what they work on. Never throws. */
  readonly onLocked: (person: string, actor: string) => Promise<void>;
}

export interface People {
  routes(app: FastifyTypeBox): void;
  stop(): Promise<void>;
}

/** What keeps secrets in the database; told once where it keeps them from nobody. */
export function openSealer({ secret }: PeopleConfig, log: FastifyBaseLogger): Sealer {
  if (secret === undefined)
    log.info({}, "no PEOPLE_SECRET: signing keys and authenticators' secrets are not sealed in the database");
  return createSealer(secret);
}

export function createPeople(parts: PeopleParts): People {
  const { config, pool, cache, access, directory, sealer, keys, instruments, now, onLocked } = parts;
  const hasher = createHasher();
  const throttle = createThrottle(cache, now);
  const sessions = createSessions({
    pool,
    store: createSessionStore(cache),
    sign: (claims) => makeToken(keys, claims, now()),
    now,
  });
  const prove = meterProofs(instruments, createProving({ pool, hasher, throttle, sealer, now }));
  const signUp = meterSignUps(instruments, createSignUp({ pool, hasher, throttle, sealer, now }));
  const own = createOwnAccount({ pool, hasher, sessions });

  const address = (request: FastifyRequest) => addressOf(request, config.proxyHops);
  const network = (request: FastifyRequest) => networkOf(address(request));

  async function proofOf(request: FastifyRequest, name: string, proof: ProofRequest) {
    const { password, code, recoveryCode } = proof;
    if ((code === undefined) === (recoveryCode === undefined))
      throw new Problem("invalid_request", [
        refusal(code === undefined ? "missing_field" : "unknown_field", "/code"),
      ]);
    return prove({ name, password, code, recoveryCode, network: network(request) });
  }

  return {
    routes(app) {
      peopleRoutes(app, { pool, access, directory, sessions, now, onLocked });
      ownRoutes(app, { access, signUp, own, proofOf, networkOf: network });
      sessionRoutes(app, { access, sessions, keys, proofOf, addressOf: address });
    },
    stop: () => hasher.stop(),
  };
}
