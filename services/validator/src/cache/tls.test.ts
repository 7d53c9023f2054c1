// `rediss://`: a real server that takes connections with TLS, and a certificate that is trusted or is not.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { freePort, isRedisWithTls, startRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { openRedis } from "./redis.ts";

function whyNot(): string {
  if (withoutRedis) return " (skipped: redis-server is not on this machine)";
  if (!isRedisWithTls()) return " (skipped: redis-server was built without TLS)";
  if (spawnSync("openssl", ["version"]).status !== 0) return " (skipped: openssl is not on this machine)";
  return "";
}

const skipped = whyNot();

describe.skipIf(skipped !== "")(`Redis with TLS${skipped}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "validator-redis-tls-"));
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const trusted = getCACertificates("default");
  let redis: TestRedis;
  let port = 0;

  const open = () => {
    const log = { info: () => {}, warn: () => {} };
    return openRedis({ url: `rediss://127.0.0.1:${port}`, timeout: 5000, log, name: "by TLS" });
  };

  beforeAll(async () => {
    const how =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=redis -addext subjectAltName=IP:127.0.0.1";
    const made = spawnSync("openssl", [...how.split(" "), "-keyout", key, "-out", certificate]);
    if (made.status !== 0) throw new Error(String(made.stderr));
    port = await freePort();
    const options = ["--tls-port", String(port), "--tls-auth-clients", "no"];
    redis = await startRedis([...options, "--tls-cert-file", certificate, "--tls-key-file", key]);
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a server whose certificate nobody vouches for is away, and told why", async () => {
    const cache = open();
    await until(() => cache.state.status === "away" && cache.state.why.includes("self-signed"), 10_000);
    cache.close();
  });

  test("a server whose certificate is trusted answers, and messages are heard", async () => {
    setDefaultCACertificates([...trusted, readFileSync(certificate, "utf8")]);
    const cache = open();
    await until(() => cache.state.status === "ready", 10_000);
    expect(await cache.call("SET", "a", "b")).toBe("OK");
    const connections = String(await redis.client.client("LIST"));
    expect(connections).toMatch(new RegExp(`laddr=127.0.0.1:${port} .*name=by-TLS`));
    const heard: string[] = [];
    let standing = false;
    cache.subscribe("news", {
      onMessage: (message) => void heard.push(message),
      onStanding: () => void (standing = true),
    });
    await until(() => standing, 10_000);
    await cache.call("PUBLISH", "news", "one");
    await until(() => heard.includes("one"), 10_000);
    cache.close();
  });
});
