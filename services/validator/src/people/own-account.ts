// What people change about themselves: never by a token alone, which may be somebody else's by now.
import { recordAct } from "../audit/acts.ts";
import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import type { Hasher } from "./hasher.ts";
import { setPassword } from "./person-repository.ts";
import { replaceRecoveryCodes } from "./proof-repository.ts";
import type { Proof } from "./proving.ts";
import { hashRecoveryCode, makeRecoveryCodes } from "./secrets.ts";
import type { Sessions } from "./sessions.ts";
import { checkPassword } from "./sign-up.ts";

export interface OwnAccount {
  /** Ends all sessions: who had the old password may have one. */
  changePassword(proof: Proof, password: string): Promise<void>;
  /** New ones in the place of those before. */
  renewRecoveryCodes(proof: Proof): Promise<string[]>;
}

export interface OwnAccountParts {
  readonly pool: Pool;
  readonly hasher: Hasher;
  readonly sessions: Sessions;
}

export function createOwnAccount({ pool, hasher, sessions }: OwnAccountParts): OwnAccount {
  return {
    async changePassword(proof, password) {
      const { name } = proof;
      checkPassword(password, name, "/newPassword");
      const passwordHash = await hasher.hash(password);
      const forget = await inTransaction(pool, "write", async (client) => {
        await proof.accept(client);
        await setPassword(client, name, passwordHash);
        const ended = await sessions.endAll(client, name, "password_changed");
        await recordAct(client, actOf(name, "person.password_changed"));
        return ended;
      });
      await forget();
      await proof.settle();
    },

    async renewRecoveryCodes(proof) {
      const { name } = proof;
      const codes = makeRecoveryCodes();
      await inTransaction(pool, "write", async (client) => {
        await proof.accept(client);
        await replaceRecoveryCodes(client, name, codes.map(hashRecoveryCode));
        await recordAct(client, actOf(name, "person.recovery_codes_renewed"));
      });
      await proof.settle();
      return codes;
    },
  };
}

const actOf = (name: string, act: string) => ({ actor: name, act, subject: `people/${name}`, details: {} });
