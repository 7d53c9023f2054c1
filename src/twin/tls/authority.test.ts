import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "#entry/tls/issue.ts";
import { authorityFile, authorityFolder, localAuthority } from "./authority.ts";

let parent: string;
let folder: string;
const key = () => join(folder, "ca-key.pem");

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "plumbline-authority-"));
  folder = join(parent, "plumbline", "authority");
});
afterEach(() => rmSync(parent, { recursive: true }));

/** Lays an authority down as a user's Plumbline has kept it. */
function keep({ certificate, key: secret }: { certificate: string; key: string }): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(authorityFile(folder), certificate);
  writeFileSync(key(), secret);
}

describe("a user's authority", () => {
  it("is made once, with a key that only its owner reads, and stays the same", async () => {
    const made = await localAuthority(folder);
    expect(made.file).toBe(authorityFile(folder));
    expect(readFileSync(made.file, "utf8")).toBe(made.certificate);
    expect(made.certificate).not.toContain("PRIVATE KEY");
    expect((statSync(key()).mode & 0o777).toString(8)).toBe("600");
    expect((statSync(made.file).mode & 0o777).toString(8)).toBe("644");
    expect(await localAuthority(folder)).toEqual(made);
    const { ca, validToDate } = new X509Certificate(made.certificate);
    expect(ca).toBe(true);
    expect(validToDate.getFullYear()).toBeGreaterThan(new Date().getFullYear() + 8);
  });

  it("is one for all that make it at the same time, and nothing else is left", async () => {
    const made = await Promise.all([1, 2, 3].map(() => localAuthority(folder)));
    expect(new Set(made.map(({ certificate }) => certificate)).size).toBe(1);
    expect(readdirSync(join(parent, "plumbline"))).toEqual(["authority"]);
  });

  it("is replaced before it is over, and kept beside the new one", async () => {
    const old = await makeAuthority("old", 100);
    keep(old);
    const fresh = await localAuthority(folder);
    expect(fresh.certificate).not.toBe(old.certificate);
    const [, replaced] = readdirSync(join(parent, "plumbline")).toSorted();
    expect(replaced).toMatch(/^authority-replaced-/);
  });

  it("is refused where certificate and key do not belong together, and left as it is", async () => {
    const [one, other] = [await makeAuthority("one", 1000), await makeAuthority("other", 1000)];
    keep({ certificate: one.certificate, key: other.key });
    await expect(localAuthority(folder)).rejects.toMatchObject({ code: "AUTHORITY_UNUSABLE" });
    expect(readFileSync(authorityFile(folder), "utf8")).toBe(one.certificate);
  });

  it.each([
    [
      "a certificate that is no authority's",
      async () => issueCertificate(await makeAuthority("ca", 9), [], 9),
    ],
    ["what is no certificate", async () => ({ certificate: "none", key: "none" })],
  ])("is refused where it is %s", async (_, make) => {
    keep(await make());
    await expect(localAuthority(folder)).rejects.toMatchObject({ code: "AUTHORITY_UNUSABLE" });
  });

  it("is refused where its folder cannot be made, with the words of the system", async () => {
    writeFileSync(join(parent, "plumbline"), "a file");
    const { message, remedy } = await localAuthority(folder).catch((error) => error);
    expect(message).toMatch(/ENOTDIR|EEXIST/);
    expect(remedy).toContain("PLUMBLINE_AUTHORITY");
  });
});

it("is in the user's data folder, or where the user says", () => {
  expect(authorityFolder({ XDG_DATA_HOME: "/data" })).toBe("/data/plumbline/authority");
  expect(authorityFolder({})).toMatch(/\.local\/share\/plumbline\/authority$/);
  expect(authorityFolder({ XDG_DATA_HOME: "/data", PLUMBLINE_AUTHORITY: "/team/ca" })).toBe("/team/ca");
});
