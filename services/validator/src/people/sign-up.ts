// An invitation becomes a person who can sign in: first the password and the authenticator, then a code that proves it.
import { hashSecret } from "../access/api-key.ts";
import { wasDone } from "../audit/act-repository.ts";
import { recordAct } from "../audit/acts.ts";
import type { Pool } from "../database/session.ts";
import { available, inTransaction } from "../database/transaction.ts";
import { emit } from "../events/outbox.ts";
import { Problem } from "../http/problems.ts";
import { refusal } from "../transactions/reasons.ts";
import type { Hasher } from "./hasher.ts";
import { deleteInvitation, findInvitation, saveChoice } from "./invitation-repository.ts";
import { passwordProblem } from "./passwords.ts";
import { setCredentials } from "./person-repository.ts";
import { replaceRecoveryCodes } from "./proof-repository.ts";
import { totpPurpose } from "./proving.ts";
import type { Sealer } from "./sealing.ts";
import { hashRecoveryCode, makeRecoveryCodes } from "./secrets.ts";
import type { Throttle } from "./throttle.ts";
import { base32, makeTotpSecret, matchStep, otpauthUri } from "./totp.ts";

/** What an authenticator is told. */
export interface Enrolment {
  readonly name: string;
  readonly secret: string;
  readonly uri: string;
}

export interface SignUp {
  /** May be repeated until it is confirmed; the newest choice counts. */
  choose(invitation: string, password: string): Promise<Enrolment>;
  /**
   * Ends the invitation; the recovery codes, which are not shown again. `isFirst` is false where somebody signs up again
   * who was reset.
   */
  confirm(
    invitation: string,
    code: string,
    network: string,
  ): Promise<{ name: string; recoveryCodes: string[]; isFirst: boolean }>;
}

export interface SignUpParts {
  readonly pool: Pool;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly sealer: Sealer;
  readonly now: () => number;
}

export function createSignUp({ pool, hasher, throttle, sealer, now }: SignUpParts): SignUp {
  return {
    async choose(invitation, password) {
      const hash = hashSecret(invitation);
      const found = await available(() => findInvitation(pool, hash, new Date(now())));
      if (found === undefined) throw new Problem("invitation_not_found");
      const { person: name } = found;
      checkPassword(password, name);
      const passwordHash = await hasher.hash(password);
      const secret = makeTotpSecret();
      const totpSecret = sealer.seal(secret, totpPurpose(name));
      const saved = await available(() => saveChoice(pool, hash, { passwordHash, totpSecret }));
      if (!saved) throw new Problem("invitation_not_found");
      return { name, secret: base32(secret), uri: otpauthUri(name, secret) };
    },

    async confirm(invitation, code, network) {
      const hash = hashSecret(invitation);
      // Somebody else's authenticator is not guessed with an invitation that was found.
      const attempts = `invitation ${hash.toString("base64url")}`;
      await throttle.begin(attempts, network);
      const recoveryCodes = makeRecoveryCodes();
      const { name, isFirst } = await inTransaction(pool, "write", async (client) => {
        const found = await findInvitation(client, hash, new Date(now()), "for update");
        if (found?.chosen === undefined) throw new Problem("invitation_not_found");
        const { person, chosen } = found;
        const secret = sealer.open(chosen.totpSecret, totpPurpose(person));
        const step = secret && matchStep(secret, code, now());
        if (step === undefined) throw new Problem("invalid_request", [refusal("wrong_format", "/code")]);
        await setCredentials(client, person, chosen, step);
        await replaceRecoveryCodes(client, person, recoveryCodes.map(hashRecoveryCode));
        await deleteInvitation(client, person);
        const [act, subject] = ["person.signed_up", `people/${person}`];
        const isFirst = !(await wasDone(client, act, subject));
        await recordAct(client, { actor: person, act, subject, details: {} });
        await emit(client, "person.signed-up", { subject: `people/${person}` }, { person });
        return { name: person, isFirst };
      });
      await throttle.succeeded(attempts, network);
      return { name, recoveryCodes, isFirst };
    },
  };
}

/** Throws where nobody should have this password. */
export function checkPassword(password: string, name: string, pointer = "/password"): void {
  const message = passwordProblem(password, name);
  if (message !== undefined) {
    throw new Problem("invalid_request", [{ code: "password_refused", message, pointer }]);
  }
}
