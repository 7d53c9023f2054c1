// From signing in to signing out. Truth about what has ended is in the database, and a session lives as long as Redis has it:
// both must agree before anything is given out.
import { randomUUIDv7 } from "node:crypto";

import { hashSecret } from "../access/api-key.ts";
import type { Role } from "../access/roles.ts";
import { recordAct } from "../audit/acts.ts";
import type { Pool, Session } from "../database/session.ts";
import { available, inTransaction } from "../database/transaction.ts";
import { Problem } from "../http/problems.ts";
import type { Proof } from "./proving.ts";
import { makeRefreshToken } from "./secrets.ts";
import {
  deleteOldSessions,
  type EndReason,
  endSessions,
  findToken,
  insertSession,
  insertToken,
  listSessions,
  type PresentedToken,
  spendToken,
  type StoredSession,
} from "./session-repository.ts";
import { LONGEST, type SessionStore } from "./session-store.ts";

/** What a session gives out. */
export interface Tokens {
  readonly session: string;
  readonly person: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

export interface Sessions {
  start(proof: Proof, address: string): Promise<Tokens>;
  /**
   * New tokens for a refresh token, which counts once. One that is shown again was stolen, or its successor was: then
   * all that came of the same signing in ends. Rejects with `session_ended`, whatever the reason.
   */
  refresh(refreshToken: string): Promise<Tokens>;
  /** Those of a person that live. */
  list(person: string): Promise<StoredSession[]>;
  /** Ends one, or all; how many have ended. */
  signOut(person: string, id?: string): Promise<number>;
  /** Ends all of a person in the client's transaction; the result is to be called once that is committed. */
  endAll(client: Session, person: string, why: EndReason): Promise<() => Promise<void>>;
}

export interface SessionsParts {
  readonly pool: Pool;
  readonly store: SessionStore;
  readonly sign: (claims: { person: string; roles: readonly Role[]; session: string }) => Promise<string>;
  readonly now: () => number;
}

/** Milliseconds that a session is kept after its end, so that a token of it shown late is still told from nonsense. */
const KEPT = 30 * 86_400_000;

export function createSessions({ pool, store, sign, now }: SessionsParts): Sessions {
  const endedBy = (client: Session, { person, id }: StoredSession, why: EndReason) =>
    endSessions(client, { person, id, why, at: new Date(now()) });

  /** Ends a session whose token was shown twice; committed, so that the refusal does not undo it. */
  async function endStolen(client: Session, session: PresentedToken): Promise<void> {
    const ended = await endedBy(client, session, "reused");
    // One that has ended before was recorded then, or was ended in good order: an old token is no news.
    if (ended.length === 0) return;
    await recordAct(client, {
      actor: "system",
      act: "session.refresh_token_reused",
      subject: `sessions/${session.id}`,
      details: { person: session.person, address: session.address },
    });
  }

  return {
    async start(proof, address) {
      const at = new Date(now());
      const session = {
        id: randomUUIDv7(),
        person: proof.name,
        address,
        startedAt: at,
        lastUsedAt: at,
        expiresAt: new Date(now() + LONGEST),
      };
      const refreshToken = makeRefreshToken();
      const roles = await inTransaction(pool, "write", async (client) => {
        const accepted = await proof.accept(client);
        await insertSession(client, session);
        await insertToken(client, hashSecret(refreshToken), session.id, at);
        await deleteOldSessions(client, new Date(now() - KEPT));
        // Last: what Redis has without the row opens nothing, and is forgotten when it is idle.
        await store.begin(session.id, proof.name);
        return accepted;
      });
      await proof.settle();
      const { id, person, expiresAt } = session;
      const accessToken = await sign({ person, roles, session: id });
      return { session: id, person, accessToken, refreshToken, expiresAt };
    },

    async refresh(given) {
      const hash = hashSecret(given);
      const refreshToken = makeRefreshToken();
      const at = new Date(now());
      const found = await inTransaction(pool, "write", async (client) => {
        const token = await findToken(client, hash);
        if (token === undefined) return undefined;
        if (token.isUsed) {
          await endStolen(client, token);
          return { token, counts: false };
        }
        const left = token.expiresAt.getTime() - at.getTime();
        if (token.hasEnded || token.isLocked) return undefined;
        if (left <= 0 || !(await store.touch(token.id, left))) {
          await endedBy(client, token, "expired");
          return undefined;
        }
        await spendToken(client, hash, token.id, at);
        await insertToken(client, hashSecret(refreshToken), token.id, at);
        return { token, counts: true };
      });
      if (found?.counts === false) await store.end([found.token.id]);
      if (found === undefined || !found.counts) throw sessionEnded();
      const { id, person, roles, expiresAt } = found.token;
      const accessToken = await sign({ person, roles, session: id });
      return { session: id, person, accessToken, refreshToken, expiresAt };
    },

    async list(person) {
      const found = await available(() => listSessions(pool, person, new Date(now())));
      const alive = await store.alive(found.map(({ id }) => id));
      return found.filter(({ id }) => alive.has(id));
    },

    async signOut(person, id) {
      const at = new Date(now());
      const ended = await inTransaction(pool, "write", (client) =>
        endSessions(client, { person, id, why: "signed_out", at }),
      );
      await store.end(ended);
      return ended.length;
    },

    async endAll(client, person, why) {
      const ended = await endSessions(client, { person, why, at: new Date(now()) });
      return () => store.end(ended);
    },
  };
}

function sessionEnded(): Problem {
  return new Problem("session_ended", [], { "www-authenticate": 'Bearer realm="validator"' });
}
