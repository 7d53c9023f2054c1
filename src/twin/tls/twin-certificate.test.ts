import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Issued, issueCertificate, makeAuthority } from "#entry/tls/issue.ts";
import { EventLog } from "../event-log.ts";
import { TwinCertificate } from "./twin-certificate.ts";

const NAMES = ["localhost"];
let folder: string;
let events: EventLog;
let authority: Issued;
let certificate: TwinCertificate;
let renewed: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-twin-certificate-"));
  vi.stubEnv("PLUMBLINE_AUTHORITY", join(folder, "authority"));
  authority = await makeAuthority("tests", 1000);
  mkdirSync(join(folder, "authority"));
  writeFileSync(join(folder, "authority", "ca.pem"), authority.certificate);
  writeFileSync(join(folder, "authority", "ca-key.pem"), authority.key);
  events = new EventLog(join(folder, "events.log"));
  renewed = 0;
  certificate = new TwinCertificate(join(folder, "kept"), events, () => (renewed += 1));
});
afterEach(async () => {
  await certificate.stop();
  await events.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** As if the kept one had grown old. */
async function keep(days: number): Promise<Issued> {
  const kept = await issueCertificate(authority, NAMES, days);
  writeFileSync(join(folder, "kept"), JSON.stringify(kept));
  return kept;
}

it("is replaced while the twin runs when it is soon over, and left alone before", async () => {
  const first = await keep(60);
  await certificate.ensure(NAMES);
  expect(certificate.issued).toEqual(first);
  await certificate.renew();
  expect([renewed, certificate.issued]).toEqual([0, first]);
  await keep(20);
  await certificate.renew();
  expect(renewed).toBe(1);
  expect(certificate.issued).not.toEqual(first);
});

it("stays in use where it cannot be replaced, and the events say why", async () => {
  const first = await keep(60);
  await certificate.ensure(NAMES);
  writeFileSync(join(folder, "authority", "ca.pem"), "damaged");
  await certificate.renew();
  expect([renewed, certificate.issued]).toEqual([0, first]);
  expect(events.recent.at(-1)?.message).toMatch(/^keeps its certificate: /);
});
