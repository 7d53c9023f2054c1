// Whether somebody is who they say: by what they know and by what they have, in one step that tells neither apart.
import { isReserved } from "../access/principal.ts";
import type { Role } from "../access/roles.ts";
import { recordAct } from "../audit/acts.ts";
import type { Pool, Session } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { Problem } from "../http/problems.ts";
import type { Hasher } from "./hasher.ts";
import { NOBODYS_HASH } from "./passwords.ts";
import {
  findProvable,
  findProved,
  hasRecoveryCode,
  type Provable,
  useRecoveryCode,
  useStep,
} from "./proof-repository.ts";
import type { Sealer } from "./sealing.ts";
import { hashRecoveryCode } from "./secrets.ts";
import type { Throttle } from "./throttle.ts";
import { matchStep } from "./totp.ts";

export interface Claim {
  readonly name: string;
  readonly password: string;
  /** Of the authenticator; where there is none, the recovery code counts. */
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
  /** Where it comes from, as attempts are counted. */
  readonly network: string;
}

/** A claim that is right. That nobody else uses its code at the same moment is decided as it is used up. */
export interface Proof {
  readonly name: string;
  /** Uses up the code in the client's transaction; what they may do. Rejects with `sign_in_refused`. */
  accept(client: Session): Promise<readonly Role[]>;
  /** The transaction was committed: earlier attempts no longer count. */
  settle(): Promise<void>;
}

export interface ProvingParts {
  readonly pool: Pool;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly sealer: Sealer;
  readonly now: () => number;
}

export type Prove = (claim: Claim) => Promise<Proof>;

/** What is sealed of somebody's authenticator opens as theirs only. */
export const totpPurpose = (name: string) => `totp ${name}`;

const NOBODY: Provable = {
  name: "",
  passwordHash: NOBODYS_HASH,
  totpSecret: Buffer.alloc(0),
  totpStep: 0,
  isLocked: true,
};
const NO_SECRET = Buffer.alloc(20);

/** Rejects with `sign_in_refused`, the same and after the same work for whatever is not right, who is there or not. */
export function createProving({ pool, hasher, throttle, sealer, now }: ProvingParts): Prove {
  return async ({ name: given, password, code, recoveryCode, network }) => {
    const name = given.toLowerCase();
    await throttle.begin(name, network);
    const person = (await available(() => findProvable(pool, name))) ?? NOBODY;
    const knows = await hasher.matches(password, person.passwordHash);
    const secret = sealer.open(person.totpSecret, totpPurpose(name));
    const step = matchStep(secret ?? NO_SECRET, code ?? "", now());
    // Whether the password is right or not: what only a right one led to could be seen by the time that it takes.
    const has =
      code === undefined
        ? await available(() => hasRecoveryCode(pool, name, hashRecoveryCode(recoveryCode ?? "")))
        : secret !== undefined && step !== undefined && step > person.totpStep;
    if (!knows || !has || person.isLocked || isReserved(name)) throw refused();

    return {
      name,
      async accept(client) {
        const roles = await findProved(client, person);
        if (roles === undefined) throw refused();
        const isNew =
          code === undefined
            ? await useRecoveryCode(client, name, hashRecoveryCode(recoveryCode ?? ""))
            : await useStep(client, name, step ?? 0);
        if (!isNew) throw refused();
        if (code === undefined) {
          const act = {
            actor: name,
            act: "person.recovery_code_used",
            subject: `people/${name}`,
            details: {},
          };
          await recordAct(client, act);
        }
        return roles;
      },
      settle: () => throttle.succeeded(name, network),
    };
  };
}

// One answer for all, without a reason that would tell which half was wrong.
function refused(): Problem {
  return new Problem("sign_in_refused", [], { "www-authenticate": 'Bearer realm="validator"' });
}
