import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { query } from "./connection.ts";
import { settingsText, twinSettings } from "./settings.ts";
import { SMALL, Workshop, removeTemplate, postgresql } from "./testing.ts";

const sizing = { sharedBuffersBytes: 128 * 1024 * 1024, maxConnections: 100 };
const { skipped, why } = needs(postgresql);

afterAll(removeTemplate);

describe("twinSettings", () => {
  it("sizes the server and keeps what guards data", () => {
    expect(twinSettings(sizing)).toMatchObject({
      shared_buffers: "131072kB",
      max_connections: "100",
      wal_level: "replica",
      hot_standby: "on",
      wal_log_hints: "on",
      fsync: "on",
      synchronous_commit: "on",
    });
  });

  it("lets the architecture's parameters win", () => {
    expect(twinSettings(sizing, { Work_Mem: "8MB", "pg_stat_statements.max": "100" })).toMatchObject({
      work_mem: "8MB",
      "pg_stat_statements.max": "100",
    });
  });

  it.each(["", "work mem", "work_mem\nfsync", "a.b.c", "1a", "a-b", "wörk", "a'"])(
    "refuses the name %j",
    (name) => {
      expect(() => twinSettings(sizing, { [name]: "1" })).toThrow(
        expect.objectContaining({ code: "SETTING_INVALID" }),
      );
    },
  );

  it.each(["fsync", "PORT", "synchronous_standby_names", "include"])("keeps %s to itself", (name) => {
    expect(() => twinSettings(sizing, { [name]: "off" })).toThrow(
      expect.objectContaining({ code: "SETTING_RESERVED" }),
    );
  });
});

describe("settingsText", () => {
  it("writes a line for each setting, whatever is in it", () => {
    const value = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const text = settingsText(Object.fromEntries(values.map((each, index) => [`a.b${index}`, each])));
        expect(text.split("\n")).toHaveLength(values.length + 1);
      }),
    );
  });

  it("refuses a null byte", () => {
    expect(() => settingsText({ "a.b": "a\0" })).toThrow(
      expect.objectContaining({ code: "SETTING_INVALID" }),
    );
  });
});

describe.skipIf(skipped)(`settings in a server${why}`, () => {
  it("arrive as they were written, and cannot smuggle in another", async () => {
    await using workshop = new Workshop();
    await workshop.data("a");
    const values = [
      `it's`,
      "a\nfsync = off",
      String.raw`back\slash\n'`,
      "# no comment",
      "\r\n'",
      "ünï ✓ 𝄞",
      "",
      "\\",
    ];
    const named = Object.fromEntries(values.map((value, index) => [`plumbline.v${index}`, value]));
    const server = await workshop.start("a", { settings: twinSettings(sizing, named) });
    const [row] = await query<Record<string, string>>(
      workshop.access(server),
      2000,
      `SELECT current_setting('fsync') AS fsync, ${values.map((_, index) => `current_setting('plumbline.v${index}') AS v${index}`).join(", ")}`,
    );
    expect(row).toEqual({
      fsync: "on",
      ...Object.fromEntries(values.map((value, index) => [`v${index}`, value])),
    });
  });

  it("end in PostgreSQL's own message where it does not accept one", async () => {
    await using workshop = new Workshop();
    await workshop.data("a");
    await expect(workshop.start("a", { settings: { ...SMALL, work_mem: "plenty" } })).rejects.toMatchObject({
      code: "SETTING_REFUSED",
      message: expect.stringContaining('invalid value for parameter "work_mem": "plenty"'),
    });
  });
});
