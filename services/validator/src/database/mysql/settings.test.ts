// What a mysql:// address says, and a real server that takes connections with TLS only.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startMariadb, whyWithoutMariadb, withoutMariadb, type TestMariadb } from "../../../test/mariadb.ts";
import { readConfig } from "../../config.ts";
import { connect } from "../open.ts";
import { settingsOf } from "./settings.ts";

describe("an address", () => {
  test("has a user, a password, a host, a port and a database", () => {
    expect(settingsOf("mysql://app:p%2Fw%40@db.example:3307/app%20one")).toMatchObject({
      host: "db.example",
      port: 3307,
      user: "app",
      password: "p/w@",
      database: "app one",
    });
    expect(settingsOf("mysql://app@[::1]/")).toMatchObject({ host: "::1", port: 3306, password: "" });
    expect(settingsOf("mysql://app@[::1]/")).not.toHaveProperty("ssl");
  });

  test("gets the login that comes beside it", () => {
    const config = readConfig({
      DATABASE_URL: "mysql://db.example:3306/app?ssl-mode=REQUIRED",
      DATABASE_USERNAME: "app",
      DATABASE_PASSWORD: "p/w@ #?",
    });
    expect(settingsOf(config.writerUrl)).toMatchObject({
      host: "db.example",
      user: "app",
      password: "p/w@ #?",
      ssl: { rejectUnauthorized: false },
    });
  });

  test.each([
    [{ DATABASE_URL: "http://a/b" }, "DATABASE_URL must be a postgresql:// or mysql:// address"],
    [
      { DATABASE_URL: "mysql://a/b?ssl-mode=SOME" },
      "DATABASE_URL cannot be used: ssl-mode must be one of DISABLED",
    ],
    [
      { DATABASE_URL: "mysql://a/b?ssl-mode=VERIFY_CA&ssl-ca=/nowhere/ca.pem" },
      "DATABASE_URL cannot be used: ssl-ca cannot be read: ENOENT",
    ],
    [
      { DATABASE_URL: "mysql://a/b", DATABASE_READER_URL: "postgresql://a/b" },
      "DATABASE_READER_URL must be of the same kind as DATABASE_URL",
    ],
  ])("%j is told", (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });
});

const withoutOpenssl = spawnSync("openssl", ["version"]).status !== 0;
const why = whyWithoutMariadb || (withoutOpenssl ? " (skipped: openssl is not on this machine)" : "");

describe.skipIf(withoutMariadb || withoutOpenssl)(`MariaDB with TLS${why}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "validator-mariadb-tls-"));
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  let mariadb: TestMariadb;

  beforeAll(async () => {
    const how =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost";
    const made = spawnSync("openssl", [...how.split(" "), "-keyout", key, "-out", certificate]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    chmodSync(folder, 0o755);
    // The server runs as somebody else.
    chmodSync(key, 0o644);
    mariadb = await startMariadb([`--ssl-cert=${certificate}`, `--ssl-key=${key}`]);
    await mariadb.query("alter user validator@'%' require ssl");
  }, 60_000);
  afterAll(async () => {
    await mariadb?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function cipher(query: string): Promise<string | undefined> {
    // Certificates are of names.
    const url = `${mariadb.url().replace("127.0.0.1", "localhost")}${query}`;
    const connection = await connect({ url, name: "test", connectTimeout: 5000 });
    try {
      const { rows } = await connection.query<{ Value: string }>("show session status like 'Ssl_cipher'");
      return rows[0]?.Value;
    } finally {
      connection.release();
    }
  }

  test("is refused without, and encrypted with", async () => {
    await expect(cipher("")).rejects.toThrow(/denied/);
    expect(await cipher("?ssl-mode=REQUIRED")).toMatch(/TLS|AES|CHACHA/);
  });

  test("a certificate is checked where that is asked for", async () => {
    await expect(cipher("?ssl-mode=VERIFY_CA")).rejects.toThrow(/self-signed/);
    expect(await cipher(`?ssl-mode=VERIFY_IDENTITY&ssl-ca=${certificate}`)).toMatch(/TLS|AES|CHACHA/);
  });
});
