import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { query } from "./connection.ts";
import type { Access } from "./connection.ts";
import { probe } from "./probe.ts";
import { ensureRoles } from "./roles.ts";
import type { Server } from "./server.ts";
import { Workshop, removeTemplate, postgresql } from "./testing.ts";

const { skipped, why } = needs(postgresql);

describe.skipIf(skipped)(`a server that is asked${why}`, () => {
  let workshop: Workshop;
  let server: Server;
  let access: Access;

  beforeAll(async () => {
    workshop = new Workshop();
    await workshop.data("a");
    server = await workshop.start("a");
    access = workshop.access(server);
  });
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]();
    await removeTemplate();
  });

  it("says that it lives and what it is", async () => {
    expect(await probe(access, 1000)).toEqual({ ok: true, role: "primary", ms: expect.any(Number) });
  });

  it("has failed in time where it is frozen, and is well again afterwards", async () => {
    process.kill(server.pid, "SIGSTOP");
    const frozen = await probe(access, 150);
    process.kill(server.pid, "SIGCONT");
    expect(frozen).toMatchObject({
      ok: false,
      reason: expect.stringContaining("did not answer within 150 ms"),
    });
    expect(frozen.ms).toBeGreaterThanOrEqual(149);
    expect(frozen.ms).toBeLessThan(600);
    expect(await probe(access, 1000)).toMatchObject({ ok: true });
  });

  it("has failed where nothing listens or the password is wrong", async () => {
    expect(await probe({ ...access, port: 1 }, 1000)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("ECONNREFUSED"),
    });
    expect(await probe({ ...access, password: "" }, 1000)).toMatchObject({ ok: false });
    expect(await probe({ ...access, password: "wrong" }, 1000)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("password authentication failed"),
    });
  });

  it("closes its connections, and leaves no complaint in the log", async () => {
    for (let index = 0; index < 20; index += 1) await probe(access, 1000);
    await expect
      .poll(() =>
        query(
          access,
          1000,
          "SELECT FROM pg_stat_activity WHERE application_name = 'plumbline' AND pid <> pg_backend_pid()",
        ),
      )
      .toEqual([]);
  });

  it.each([
    { user: "app", password: 'it\'s "quoted" \\ $', database: "shop" },
    { user: "App User\"'", password: "pässwörd ✓ ﬁ", database: 'Shop-2"' },
  ])(
    "lets $user in with their password, and with the next one only after it was changed",
    async (application) => {
      const roles = { application, replicationPassword: "replication" };
      await ensureRoles(access, roles);
      const login = { ...access, ...application };
      expect(await probe(login, 1000)).toMatchObject({ ok: true });
      await query(login, 1000, "CREATE TABLE mine AS SELECT 1");
      await ensureRoles(access, { ...roles, application: { ...application, password: "next" } });
      expect(await probe(login, 1000)).toMatchObject({ ok: false });
      expect(await probe({ ...login, password: "next" }, 1000)).toMatchObject({ ok: true });
      await expect(
        query(access, 1000, "SELECT rolsuper FROM pg_roles WHERE rolname = $1", [application.user]),
      ).resolves.toEqual([{ rolsuper: false }]);
    },
  );
});
