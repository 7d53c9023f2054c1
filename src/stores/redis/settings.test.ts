import { expect, it } from "vitest";
import {
  configurationText,
  REFUSED_BY_ELASTICACHE,
  type RedisPlace,
  type RedisSettings,
} from "./settings.ts";

const place: RedisPlace = {
  version: "7.0.15",
  directory: '/data/a "folder"/cache-a',
  host: "127.9.11.5",
  port: 6379,
  upstream: null,
};
const settings: RedisSettings = {
  maxMemoryBytes: 1024,
  eviction: "noeviction",
  appendOnly: false,
  snapshotEveryMs: null,
  refused: REFUSED_BY_ELASTICACHE,
};
const passwords = { application: "app-secret", supervisor: "sup-secret", replication: "rep-secret" };

const lines = (changes: Partial<RedisPlace> = {}, changed: Partial<RedisSettings> = {}) =>
  configurationText({ ...place, ...changes }, { ...settings, ...changed }, passwords).split("\n");

it("keeps nothing on disk unless that is declared", () => {
  expect(lines()).toEqual(expect.arrayContaining(['save ""', "appendonly no"]));
  const kept = lines({}, { appendOnly: true, snapshotEveryMs: 21_600_000 });
  expect(kept).toEqual(expect.arrayContaining(["save 21600 1", "appendonly yes"]));
});

it("makes a replica of what follows somebody, and nothing else", () => {
  expect(lines().filter((line) => line.startsWith("replicaof"))).toEqual([]);
  expect(lines({ upstream: { host: "127.9.11.8", port: 6379 } })).toContain("replicaof 127.9.11.8 6379");
});

it("holds no password in clear but the one for replication, and takes commands from services", () => {
  const text = lines().join("\n");
  expect(text).not.toMatch(/app-secret|sup-secret/);
  expect(text).toContain("masterauth rep-secret");
  expect(text).toMatch(/^user default reset on #[0-9a-f]{64} ~\* &\* \+@all -acl .*-shutdown/m);
});

it("says nothing of channels to Redis 6.0, which does not know them", () => {
  expect(lines({ version: "6.0.16" }).join("\n")).not.toContain("&*");
});

it("quotes what has spaces or quotes", () => {
  expect(lines()).toContain(String.raw`dir "/data/a \"folder\"/cache-a"`);
});
