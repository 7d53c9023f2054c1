import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Issued, issueCertificate, makeAuthority } from "#entry/tls/issue.ts";
import { resolve } from "#model/resolve.ts";
import threeTier from "../../../architectures/three-tier/architecture.ts";
import { certificateNames, keptCertificate } from "./certificate.ts";

const NAMES = ["api.example.com", "*.api.example.com", "localhost", "127.0.0.1"];

describe("the certificate of a twin", () => {
  let folder: string;
  let file: string;
  let authority: Issued;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "plumbline-certificate-"));
    file = join(folder, "certificate.json");
    authority = await makeAuthority("tests", 1000);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is for its names, kept with its key for its owner alone, and the same the next time", async () => {
    const issued = await keptCertificate(file, NAMES, authority);
    expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
    expect(await keptCertificate(file, NAMES.toReversed(), authority)).toEqual(issued);
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.checkHost("api.example.com")).toBe("api.example.com");
    expect(certificate.checkHost("v1.api.example.com")).toBe("*.api.example.com");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  });

  it.each([
    ["for other names", () => keptCertificate(file, ["localhost"], authority)],
    ["by another authority", async () => keptCertificate(file, NAMES, await makeAuthority("tests", 1000))],
  ])("is issued anew %s", async (_, ask) => {
    const before = await keptCertificate(file, NAMES, authority);
    expect((await ask()).certificate).not.toBe(before.certificate);
  });

  it.each([
    ["has less than thirty days left", () => issueCertificate(authority, NAMES, 29)],
    [
      "has another's key",
      async () => ({ ...(await issueCertificate(authority, NAMES, 90)), key: authority.key }),
    ],
    ["cannot be read", async () => ({ certificate: "none", key: "none" })],
    ["is none", async () => "half a fi"],
  ])("is issued anew where the kept one %s", async (_, make) => {
    const kept = await make();
    writeFileSync(file, JSON.stringify(kept));
    const issued = await keptCertificate(file, NAMES, authority);
    expect(issued).not.toEqual(kept);
    const days = (new X509Certificate(issued.certificate).validToDate.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(80);
  });
});

it("is for what the architecture's certificate is for, and for where the twin is", () => {
  const { entry } = resolve(threeTier, "development");
  expect(certificateNames(entry, ["127.0.0.1", "127.7.1.4"])).toEqual([
    "dev.yourdomain.com",
    "*.dev.yourdomain.com",
    "localhost",
    "127.0.0.1",
    "127.7.1.4",
  ]);
});
