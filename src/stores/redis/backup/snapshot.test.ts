import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { storeAccount } from "../../account.ts";
import { needs } from "../../testing.ts";
import { redis, RedisWorkshop } from "../testing.ts";
import { beginAppendOnly, copyAppendOnly, hasAppendOnly, placeAppendOnly } from "./append-only.ts";
import { SNAPSHOT, writeSnapshot } from "./snapshot.ts";

const { skipped, why } = needs(redis);
const account = storeAccount();
const signal = new AbortController().signal;
let workshop: RedisWorkshop;

beforeEach(() => {
  workshop = new RedisWorkshop();
});
afterEach(() => workshop[Symbol.asyncDispose]());

const folder = (name: string) => join(workshop.directory, name);

describe.skipIf(skipped)(`backups of Redis${why}`, () => {
  it("are snapshots that have what was written before, and nothing later", async () => {
    const node = await workshop.start("a");
    const client = workshop.client(node);
    for (const round of [1, 2, 3]) {
      await client.set("round", round);
      await writeSnapshot(workshop.access(node), folder("a"), 20_000, signal);
      mkdirSync(folder(`copy-${round}`), { mode: 0o777 });
      copyFileSync(join(folder("a"), SNAPSHOT), join(folder(`copy-${round}`), SNAPSHOT));
      await client.set(`after-${round}`, "1");
    }
    for (const round of [1, 3]) {
      const restored = workshop.client(await workshop.start(`copy-${round}`));
      expect(await restored.get("round")).toBe(String(round));
      expect(await restored.exists(`after-${round}`)).toBe(0);
    }
  });

  it("let a Redis with an append-only file begin from a snapshot", async () => {
    const node = await workshop.start("a");
    await workshop.client(node).set("k", "v");
    await writeSnapshot(workshop.access(node), folder("a"), 20_000, signal);
    mkdirSync(folder("b"), { mode: 0o777 });
    copyFileSync(join(folder("a"), SNAPSHOT), join(folder("b"), SNAPSHOT));
    await beginAppendOnly(folder("b"), account);
    const settings = { appendOnly: true };
    const restored = await workshop.start("b", { settings });
    expect(await workshop.client(restored).get("k")).toBe("v");
    await workshop.client(restored).set("k", "later");
    await restored.kill();
    const again = await workshop.start("b", { settings });
    expect(await workshop.client(again).get("k")).toBe("later");
  });

  it("follow an append-only file as it grows and is rewritten, and bear a torn end", async () => {
    const node = await workshop.start("a", { settings: { appendOnly: true } });
    const client = workshop.client(node);
    const copy = folder("copy");
    await client.set("first", "1");
    expect(await copyAppendOnly(folder("a"), copy)).toBe(true);
    await client.set("second", "2");
    await copyAppendOnly(folder("a"), copy);
    await client.call("BGREWRITEAOF");
    await expect
      .poll(() => readdirSync(join(folder("a"), "appendonlydir")).some((name) => name.includes(".2.incr")), {
        timeout: 20_000,
      })
      .toBe(true);
    await client.set("third", "3");
    await copyAppendOnly(folder("a"), copy);
    const incremental = readdirSync(copy).findLast((name) => name.endsWith(".incr.aof")) as string;
    const source = join(folder("a"), "appendonlydir", incremental);
    expect(readFileSync(join(copy, incremental)).equals(readFileSync(source))).toBe(true);
    appendFileSync(join(copy, incremental), "*3\r\n$3\r\nSET\r\n$1\r\nk");
    await node.kill();

    expect(hasAppendOnly(copy)).toBe(true);
    await placeAppendOnly(copy, folder("restored"), account);
    const restored = workshop.client(await workshop.start("restored", { settings: { appendOnly: true } }));
    expect(await restored.mget("first", "second", "third")).toEqual(["1", "2", "3"]);
  });

  it("follow an append-only file that is rewritten again and again while it is copied", async () => {
    const client = workshop.client(await workshop.start("a", { settings: { appendOnly: true } }));
    const copying = new AbortController();
    const rewriting = (async () => {
      while (!copying.signal.aborted) await client.call("BGREWRITEAOF").catch(() => {});
    })();
    try {
      for (let value = 0; value < 300; value++) {
        await client.set("k", value);
        expect(await copyAppendOnly(folder("a"), folder("copy"))).toBe(true);
      }
    } finally {
      copying.abort();
      await rewriting;
    }
    expect(hasAppendOnly(folder("copy"))).toBe(true);
  });

  it("copy a file anew that has begun again under its old name", async () => {
    const node = await workshop.start("a", { settings: { appendOnly: true } });
    await workshop.client(node).set("k", "x".repeat(1_000));
    await copyAppendOnly(folder("a"), folder("copy"));
    await node.kill();
    const file = readdirSync(folder("copy")).find((name) => name.endsWith(".incr.aof")) as string;
    const source = join(folder("a"), "appendonlydir", file);
    truncateSync(source, 10);
    await copyAppendOnly(folder("a"), folder("copy"));
    expect(statSync(join(folder("copy"), file)).size).toBe(10);
  });

  it("say why there is none", async () => {
    const node = await workshop.start("a");
    await workshop.client(node).set("k", "v");
    const nowhere = writeSnapshot(workshop.access(node), folder("nowhere"), 500, signal);
    await expect(nowhere).rejects.toMatchObject({ code: "SNAPSHOT_FAILED" });
  });
});
