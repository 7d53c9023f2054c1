import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";

import { expect, onTestFinished, test } from "vitest";

import { openDirectory } from "./bucket/directory.ts";
import { receive } from "./receive.ts";

/** As node:http gives what a sender has sent who leaves. */
async function* sent(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(100_000, "a");
  throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
}

test("a sender that leaves is no fault of this program, and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "validator-receive-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const body = Readable.from(sent(), { objectMode: false });
  const limits = { maxBytes: 1e6, maxRatio: 200, idle: 10_000 };
  const incoming = { body, isGzip: false, digest: undefined, said: "csv" } as const;
  await expect(receive(openDirectory(folder), "key", incoming, limits)).rejects.toMatchObject({
    statusCode: 400,
    code: "malformed_request",
  });
  expect(readdirSync(folder)).toEqual([]);
});
