import { describe, expect, it } from "vitest";
import { complaints, failureOf, neededOf, parseSimulation } from "./apt-output.ts";

// Debian 12, with an older libssl3 installed, and 32-bit libraries beside.
const SIMULATION = `Reading package lists...
Building dependency tree...
Reading state information...
The following additional packages will be installed:
  adduser libjemalloc2 liblzf1 libssl3
Suggested packages:
  ruby-redis
The following NEW packages will be installed:
  adduser libc6:i386 libjemalloc2 liblzf1 redis-server redis-tools
The following packages will be upgraded:
  libssl3
1 upgraded, 6 newly installed, 0 to remove and 106 not upgraded.
Inst adduser (3.134 Debian:12.15/oldstable [all])
Inst libc6 [2.36-9] (2.36-9+deb12u10 Debian:12.15/oldstable [amd64]) []
Inst libssl3 [3.0.9-1] (3.0.17-1~deb12u3 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64])
Inst libjemalloc2 (5.3.0-1 Debian:12.15/oldstable [amd64])
Inst liblzf1 (3.6-3 Debian:12.15/oldstable [amd64])
Inst libfile-find-rule-perl (0.34-3 Debian:12.15/oldstable [all])
Inst redis-tools (5:7.0.15-1~deb12u7 Debian:12.15/oldstable [amd64])
Inst redis-server (5:7.0.15-1~deb12u7 Debian:12.15/oldstable [amd64])
Conf adduser (3.134 Debian:12.15/oldstable [all])
Conf redis-server (5:7.0.15-1~deb12u7 Debian:12.15/oldstable [amd64])
`;

describe("a simulated installation", () => {
  it("lists what apt would add or renew, with the new version", () => {
    expect(parseSimulation(SIMULATION).slice(0, 3)).toEqual([
      { name: "adduser", version: "3.134" },
      { name: "libc6", version: "2.36-9+deb12u10" },
      { name: "libssl3", version: "3.0.17-1~deb12u3" },
    ]);
    expect(parseSimulation(SIMULATION)).toHaveLength(8);
  });

  it("needs the programs and the libraries, and neither the C library nor what is for a system", () => {
    expect(neededOf(parseSimulation(SIMULATION), ["redis-server", "redis-tools"])).toEqual([
      "redis-server=5:7.0.15-1~deb12u7",
      "redis-tools=5:7.0.15-1~deb12u7",
      "libssl3=3.0.17-1~deb12u3",
      "libjemalloc2=5.3.0-1",
      "liblzf1=3.6-3",
    ]);
  });

  it("needs the programs also where the system has them", () => {
    const nothing = parseSimulation("redis-server is already the newest version (5:7.0.15-1~deb12u7).\n");
    expect(neededOf(nothing, ["redis-server", "redis-tools"])).toEqual(["redis-server", "redis-tools"]);
  });
});

describe("apt's words", () => {
  it.each([
    ["E: Unable to locate package redis-server", "unknown-package"],
    ["Package redis is not available\nE: Package 'redis' has no installation candidate", "unknown-package"],
    ["E: Can't find a source to download version '5:7.0.15-1' of 'redis-server:amd64'", "unknown-package"],
    ["E: Version '9.9' for 'redis-server' was not found", "unknown-package"],
    [
      "Err:1 http://archive.example/debian bookworm/main amd64 liblzf1 amd64 3.6-3\n  404  Not Found [IP: 151.101.2.132 80]\nE: Failed to fetch http://archive.example/debian/pool/main/libl/liblzf/liblzf1_3.6-3_amd64.deb  404  Not Found",
      "not-downloaded",
    ],
    ["W: Failed to fetch http://archive.example/x  Could not resolve 'archive.example'", "not-downloaded"],
    ["\nE: apt-get took longer than 300 s", "not-downloaded"],
    ["E: Unable to correct problems, you have held broken packages.", "unresolved"],
    ["", "unresolved"],
  ])("%j mean %s", (words, failure) => {
    expect(failureOf(words)).toBe(failure);
  });

  it("are quoted without what is no complaint, each once", () => {
    const words = "Reading package lists...\nE: One thing.\nW: Failed to fetch it\nE: One thing.\nW: Other.";
    expect(complaints(words)).toBe("One thing.; Failed to fetch it");
    expect(complaints(" something else \n")).toBe("something else");
  });
});
