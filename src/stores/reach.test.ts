import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findAccount } from "./account.ts";
import { chooseDataRoot, mayPass, reachableBy } from "./reach.ts";

const nobody = { name: "nobody", uid: 65534, gid: 65534 };
/** Not whoever runs this test. */
const stranger = { name: "stranger", uid: 12345, gid: 12345 };
const made: string[] = [];

function reachable(directory: string): boolean {
  return !directory.startsWith("/root");
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  made.push(directory);
  return directory;
}

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

describe("mayPass", () => {
  const open = { mode: 0o40755, uid: 0, gid: 0 };

  it("looks at what the directory grants to the owner, the group or everyone else, and at no other", () => {
    expect(mayPass([open, { mode: 0o40700, uid: 0, gid: 0 }], nobody)).toBe(false);
    expect(mayPass([open, { mode: 0o40700, uid: 65534, gid: 0 }], nobody)).toBe(true);
    expect(mayPass([open, { mode: 0o40750, uid: 0, gid: 65534 }], nobody)).toBe(true);
    expect(mayPass([open, { mode: 0o40701, uid: 0, gid: 65534 }], nobody)).toBe(false);
    expect(mayPass([open, { mode: 0o40071, uid: 65534, gid: 65534 }], nobody)).toBe(false);
    expect(mayPass([open, { mode: 0o40711, uid: 0, gid: 0 }], nobody)).toBe(true);
  });

  it("needs every directory on the way", () => {
    expect(mayPass([{ mode: 0o40700, uid: 0, gid: 0 }, open], nobody)).toBe(false);
    expect(mayPass([], nobody)).toBe(true);
  });
});

describe("reachableBy", () => {
  it("sees that a private folder closes everything in it, also what does not exist yet", () => {
    const directory = folder();
    const inside = join(directory, "a", "b");
    expect(reachableBy(stranger, inside)).toBe(false);
    chmodSync(directory, 0o711);
    expect(reachableBy(stranger, inside)).toBe(true);
    mkdirSync(join(directory, "a"), { mode: 0o700 });
    expect(reachableBy(stranger, inside)).toBe(false);
  });

  it("is plain where nobody else runs the stores", () => {
    expect(reachableBy(undefined, folder())).toBe(true);
  });
});

describe("chooseDataRoot", () => {
  const wanted = "/root/shop/.plumbline";

  it("takes the wanted directory where it will do", () => {
    expect(chooseDataRoot(wanted, { root: false, reachable: () => false })).toBe(wanted);
    expect(chooseDataRoot(wanted, { root: true, reachable: () => true })).toBe(wanted);
  });

  it("goes elsewhere where the stores' user cannot follow, and to the same place each time", () => {
    const chosen = chooseDataRoot(wanted, { root: true, reachable });
    expect(chosen).toMatch(/^\/var\/lib\/plumbline\/[0-9a-f]{12}$/);
    expect(chooseDataRoot(wanted, { root: true, reachable })).toBe(chosen);
    expect(chooseDataRoot("/root/bank/.plumbline", { root: true, reachable })).not.toBe(chosen);
    const elsewhere = ["/root/no", "/srv/yes"];
    expect(chooseDataRoot(wanted, { root: true, reachable, elsewhere })).toMatch(/^\/srv\/yes\//);
  });
});

describe("findAccount", () => {
  it("reads a passwd file", () => {
    const passwd = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n";
    expect(findAccount("nobody", passwd)).toEqual({ name: "nobody", uid: 65534, gid: 65533 });
    expect(findAccount("postgres", passwd)).toBeUndefined();
  });
});
