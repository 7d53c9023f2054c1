import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Configuration } from "../configuration.ts";
import { GET, okay, RawTarget } from "../test-support.ts";
import { type Issued, issueCertificate, makeAuthority } from "./issue.ts";
import { authority, balanceTls, TlsClient } from "./tls-support.ts";

test("issues certificates that Node takes and that say what they are for", async () => {
  const issued = await issueCertificate(authority, ["a.example", "*.b.example", "127.0.0.1", "::1"], 30);
  const certificate = new X509Certificate(issued.certificate);
  const issuer = new X509Certificate(authority.certificate);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect([issuer.ca, certificate.ca]).toEqual([true, false]);
  expect(certificate.checkHost("a.example")).toBe("a.example");
  expect(certificate.checkHost("x.b.example")).toBe("*.b.example");
  expect(certificate.checkIP("::1")).toBe("::1");
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  const days = (certificate.validToDate.getTime() - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
});

test("speaks HTTP/1.1 behind TLS, and tells targets so", async () => {
  const target = await RawTarget.start();
  const { port } = await balanceTls([target]);
  const raw = new TlsClient(port, { ALPNProtocols: ["http/1.1"] });
  for (let count = 1; count <= 3; count++) {
    await raw.write(GET).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  }
  expect(raw.socket.authorized).toBe(true);
  expect(raw.socket.alpnProtocol).toBe("http/1.1");
  expect(target.requests[0]).toContain(`\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: ${port}\r\n`);
  expect(target.connections).toBe(1);
});

test("large bodies pass both ways, and half-closed clients have their answer", async () => {
  const body = "x".repeat(3_000_000);
  const target = await RawTarget.start((request) => okay(request.slice(request.indexOf("\r\n\r\n") + 4)));
  const { port } = await balanceTls([target]);
  const raw = new TlsClient(port);
  raw.write(
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = await raw.closes();
  expect(answer.length - answer.indexOf("\r\n\r\n") - 4).toBe(body.length);
});

test("gives each name its certificate, and others the first one", async () => {
  const names = ["one.example", "*.two.example", "three.example"];
  const certificates = await Promise.all(names.map((name) => issueCertificate(authority, [name], 1)));
  const { port } = await balanceTls([], { certificates });
  const shown = async (servername: string): Promise<string> => {
    const raw = new TlsClient(port, { servername, rejectUnauthorized: false });
    await raw.until(
      () => raw.socket.getPeerX509Certificate() !== undefined,
      () => "a certificate",
    );
    return raw.socket.getPeerX509Certificate()!.subjectAltName!;
  };
  expect(await shown("one.example")).toBe("DNS:one.example");
  expect(await shown("A.Two.example")).toBe("DNS:*.two.example");
  expect(await shown("three.example")).toBe("DNS:three.example");
  expect(await shown("b.a.two.example")).toBe("DNS:one.example");
  expect(await shown("nobody.example")).toBe("DNS:one.example");
});

test.each([
  ["TLSv1.3", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
] as const)(
  "prefers AES-128 in %s, as ALB does, whatever the client does",
  async (version, ciphers, chosen) => {
    const { port } = await balanceTls([await RawTarget.start()]);
    const raw = new TlsClient(port, { minVersion: version, maxVersion: version, ciphers });
    await raw.write(GET).receives("hello");
    expect(raw.socket.getCipher().name).toBe(chosen);
  },
);

test("does not speak TLS 1.1, nor HTTP without TLS, and counts who tried", async () => {
  const { port, balancer } = await balanceTls([]);
  const old = new TlsClient(port, {
    minVersion: "TLSv1.1",
    maxVersion: "TLSv1.1",
    ciphers: "ALL@SECLEVEL=0",
  });
  await old.closes();
  const plain = connect(port, "127.0.0.1").end(GET);
  await new Promise(
    (resolve) =>
      void plain
        .on("close", resolve)
        .on("error", () => {})
        .resume(),
  );
  expect(balancer.metrics().tlsErrors).toBe(2);
  expect(old.text).toBe("");
  await old.until(
    () => balancer.metrics().connections === 0,
    () => "no connections",
  );
});

test("does not wait for clients that have not agreed on keys when it stops", async () => {
  const { port, balancer } = await balanceTls([]);
  const silent = connect(port, "127.0.0.1");
  const distrusting = new TlsClient(port, { ca: [] });
  await Promise.all([once(silent, "connect"), distrusting.closes()]);
  const began = performance.now();
  await balancer.stop(60_000);
  expect(performance.now() - began).toBeLessThan(8_000);
  silent.destroy();
});

function listenerWith(certificate: Issued): Configuration {
  const defaultAction = { kind: "forward", group: "group" } as const;
  const tls = { certificates: [certificate] };
  return { listeners: [{ name: "https", host: "127.0.0.1", port: 0, rules: [], defaultAction, tls }] };
}

test("takes new certificates without closing anything, and refuses what is none", async () => {
  const target = await RawTarget.start();
  const { balancer, port } = await balanceTls([target]);
  const raw = new TlsClient(port);
  await raw.write(GET).receives("hello");
  const other = await makeAuthority("Another", 1);
  await balancer.configure(listenerWith(await issueCertificate(other, ["localhost"], 1)));
  const second = new TlsClient(port, { ca: other.certificate });
  await second.write(GET).receives("hello");
  await raw.write(GET).until(
    () => raw.text.split("hello").length === 3,
    () => raw.text,
  );
  const key = (await issueCertificate(other, ["localhost"], 1)).key;
  const broken = listenerWith({ certificate: other.certificate, key });
  await expect(balancer.configure(broken)).rejects.toMatchObject({ code: "CONFIGURATION_INVALID" });
});

test("the access log names cipher, protocol, domain and certificate", async () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "log");
  const target = await RawTarget.start();
  const { port, balancer } = await balanceTls([target], { accessLog: { file } });
  await new TlsClient(port).write(GET).receives("hello");
  await balancer.stop(0);
  expect(readFileSync(file, "latin1")).toMatch(
    /^https .* "GET https:\/\/example\.com:\d+\/a HTTP\/1\.1" "-" TLS_\w+ TLSv1\.3 group "Root=[^"]+" "localhost" "certificate-0" 0 /,
  );
});
