import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { clientCall, findClient } from "./store-clients.ts";

const path = process.env["PATH"];

afterEach(() => {
  process.env["PATH"] = path;
});

it.each([
  ["postgresql", "postgresql://app:p%2Fw@127.0.0.1:5432/app"],
  ["redis", "redis://:p%2Fw@127.0.0.1:6379"],
  ["mysql", "mysql://app:p%2Fw@127.0.0.1:3306/app"],
] as const)("keeps the password of a %s out of the command line", (kind, url) => {
  const call = clientCall(kind, url);
  expect(Object.values(call?.env ?? {})).toEqual(["p/w"]);
  expect(call?.args.join(" ")).not.toMatch(/p%2Fw|p\/w/);
  expect(call?.args.join(" ")).toContain("127.0.0.1");
});

it("has no client for a bucket", () => {
  expect(clientCall("bucket", "file:///tmp/logs")).toBeNull();
});

it("finds a client on PATH, and none where there is none", () => {
  const call = { program: "psql", args: ["x"], env: {} };
  const folder = mkdtempSync(join(tmpdir(), "plumbline-clients-"));
  process.env["PATH"] = folder;
  expect(findClient("postgresql", call)).toBeNull();
  writeFileSync(join(folder, "psql"), "#!/bin/sh\n");
  chmodSync(join(folder, "psql"), 0o755);
  expect(findClient("postgresql", call)).toEqual({ ...call, program: join(folder, "psql") });
  rmSync(folder, { recursive: true });
});
