import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { needs, root } from "../testing.ts";
import { copiesOf, environmentOf } from "./copies.ts";
import { openFolder } from "./testing.ts";

let cache: string;
beforeEach(() => void (cache = openFolder()));
afterEach(() => void rmSync(cache, { recursive: true, force: true }));

function make(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(cache, name), { recursive: true });
    chmodSync(join(cache, name), 0o755);
  }
}

it("lists a store's copies, the newest version first and renewed ones before", () => {
  make(
    "redis-7.0.15",
    "redis-10.0.1",
    "redis-7.2.0",
    "redis-7.0.15-mwp426p9",
    "mariadb-10.11.18",
    ".install-x",
  );
  expect(copiesOf("redis", ["/nowhere", cache]).map((copy) => basename(copy))).toEqual([
    "redis-10.0.1",
    "redis-7.2.0",
    "redis-7.0.15-mwp426p9",
    "redis-7.0.15",
  ]);
});

it("passes over what others can write, and links", () => {
  make("redis-1", "elsewhere");
  chmodSync(join(cache, "redis-1"), 0o777);
  symlinkSync(join(cache, "elsewhere"), join(cache, "redis-2"));
  expect(copiesOf("redis", [cache])).toEqual([]);
  make("redis-3");
  expect(copiesOf("redis", [cache])).toHaveLength(1);
  chmodSync(cache, 0o777);
  expect(copiesOf("redis", [cache])).toEqual([]);
});

const asRoot = needs(root);

it.skipIf(asRoot.skipped)(`passes over what belongs to another user${asRoot.why}`, () => {
  make("redis-1");
  chownSync(join(cache, "redis-1"), 65_534, 65_534);
  expect(copiesOf("redis", [cache])).toEqual([]);
});

it("points to the libraries of a copy", () => {
  make("redis-1/usr/lib/x86_64-linux-gnu", "redis-1/usr/lib/systemd", "redis-1/lib/systemd");
  const copy = join(cache, "redis-1");
  expect(environmentOf(copy)).toEqual({});
  writeFileSync(join(copy, "usr/lib/x86_64-linux-gnu/libjemalloc.so.2"), "");
  expect(environmentOf(copy)).toEqual({ LD_LIBRARY_PATH: join(copy, "usr/lib/x86_64-linux-gnu") });
});
