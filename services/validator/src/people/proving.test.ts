import { afterAll, beforeAll, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { openPool } from "../database/open.ts";
import { migrate } from "../database/migrator.ts";
import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { createHasher } from "./hasher.ts";
import { insertPerson, setCredentials } from "./person-repository.ts";
import { replaceRecoveryCodes } from "./proof-repository.ts";
import { type Claim, createProving, type Prove, totpPurpose } from "./proving.ts";
import { createSealer } from "./sealing.ts";
import { hashRecoveryCode } from "./secrets.ts";
import { codeOf, makeTotpSecret, stepAt } from "./totp.ts";

const PASSWORD = "correct horse battery staple";
const REFUSED = /not right/;
const now = Date.now();
const secret = makeTotpSecret();
const sealer = createSealer(undefined);
const hasher = createHasher();
const counted: string[] = [];
const throttle = {
  begin: async (name: string) => void counted.push(name),
  succeeded: async () => {},
};

let database: TestDatabase;
let pool: Pool;
let prove: Prove;

const claim = (more: Partial<Claim>): Claim => ({ name: "ana", password: PASSWORD, network: "n", ...more });

onEngines("proving", ({ start }) => {
  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    pool = openPool({ url: database.url(), name: "test", connectTimeout: 5000, max: 2 });
    await inTransaction(pool, "write", async (client) => {
      await insertPerson(client, { name: "ana", displayName: "Ana", roles: ["viewer"], invitedBy: "root" });
      const totpSecret = sealer.seal(secret, totpPurpose("ana"));
      const passwordHash = await hasher.hash(PASSWORD);
      await setCredentials(client, "ana", { passwordHash, totpSecret }, stepAt(now));
      await replaceRecoveryCodes(client, "ana", [hashRecoveryCode("abcd-efgh")]);
    });
    prove = createProving({ pool, hasher, throttle, sealer, now: () => now });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.stop();
  });

  test("a right password goes no further than a wrong one while its code is none that counts", async () => {
    for (const wrong of [
      { recoveryCode: "abcd-efgg" },
      { code: codeOf(secret, stepAt(now)) },
      { code: codeOf(secret, stepAt(now) - 1) },
    ])
      await expect(prove(claim(wrong)), `${JSON.stringify(wrong)}`).rejects.toThrow(REFUSED);
    const { accept } = await prove(claim({ recoveryCode: "ABCD EFGH" }));
    expect(await inTransaction(pool, "write", accept)).toEqual(["viewer"]);
    await expect(prove(claim({ recoveryCode: "abcd-efgh" }))).rejects.toThrow(REFUSED);
    expect((await prove(claim({ code: codeOf(secret, stepAt(now) + 1) }))).name).toBe("ana");
  });

  test("a name with spaces behind it is nobody's, whatever the database takes it for", async () => {
    const code = codeOf(secret, stepAt(now) + 1);
    for (const name of ["ana ", "ana  ", "án\u0061", " ana"])
      await expect(prove(claim({ name, code })), `${name}`).rejects.toThrow(REFUSED);
    expect((await prove(claim({ name: "ANA", code }))).name).toBe("ana");
    expect(counted.at(-1)).toBe("ana");
  });
});
