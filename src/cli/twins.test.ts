import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify, type ProcessIdentity } from "#twin/state/process-identity.ts";
import { stateDirectory } from "#twin/state/state-directory.ts";
import { writeRecord } from "#twin/state/supervisor-record.ts";
import { chooseTwin, requireRunning } from "./twins.ts";

const US = identify(process.pid) as ProcessIdentity;
const GONE = { pid: process.pid, startedAt: "before" };

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "plumbline-twins-"));
  chmodSync(project, 0o755);
});
afterEach(() => rmSync(project, { recursive: true }));

/** Gives the project a twin that runs (under our own number), that was left behind, or that is down. */
function twin(name: string, state: "up" | "abandoned" | "down" = "up"): void {
  const directory = stateDirectory(join(project, ".plumbline", name));
  mkdirSync(directory.root, { recursive: true });
  if (state === "down") return;
  writeRecord(directory, {
    schemaVersion: 1,
    name,
    architecture: "any",
    architectureFile: "/architecture.ts",
    environment: "development",
    process: state === "up" ? US : GONE,
    control: "http://127.1.0.1:7350",
    token: "token",
  });
}

const chosen = (name?: string) => chooseTwin(name, project).name;

describe("without a name", () => {
  it("means the only one that runs", () => {
    twin("fargate-development");
    twin("fargate-production", "down");
    expect(chosen()).toBe("fargate-development");
  });

  it("means one that was left behind as well", () => {
    twin("fargate-development", "abandoned");
    twin("fargate-production", "down");
    expect(chooseTwin(undefined, project)).toMatchObject({ name: "fargate-development", abandoned: true });
  });

  it("asks where two run", () => {
    twin("one");
    twin("two");
    expect(() => chosen()).toThrow(expect.objectContaining({ code: "TWIN_AMBIGUOUS" }) as Error);
  });

  it("means one that is down where there is no other, and none where there are several", () => {
    twin("one", "down");
    expect(chosen()).toBe("one");
    twin("two", "down");
    expect(() => chosen()).toThrow("No twin runs in this folder.");
  });

  it("finds none in an empty folder", () => {
    expect(() => chosen()).toThrow(expect.objectContaining({ code: "TWIN_NOT_FOUND" }) as Error);
  });
});

describe("with a name", () => {
  it("means that one, running or not, and though others begin alike", () => {
    twin("fargate", "down");
    twin("fargate-production");
    expect(chosen("fargate")).toBe("fargate");
    expect(chosen("fargate-production")).toBe("fargate-production");
  });

  it("takes an architecture's name for its only twin that runs", () => {
    twin("fargate-development", "down");
    twin("fargate-production");
    twin("three-tier-production");
    expect(chosen("fargate")).toBe("fargate-production");
  });

  it("asks where two twins of it run", () => {
    twin("fargate-development");
    twin("fargate-production");
    expect(() => chosen("fargate")).toThrow(/fargate-development, fargate-production/);
  });

  it("asks where two twins of it are down", () => {
    twin("fargate-development", "down");
    twin("fargate-production", "down");
    expect(() => chosen("fargate")).toThrow(expect.objectContaining({ code: "TWIN_AMBIGUOUS" }) as Error);
  });

  it("says which there are", () => {
    twin("one");
    expect(() => chosen("two")).toThrow(
      expect.objectContaining({ code: "TWIN_NOT_FOUND", remedy: expect.stringContaining("one") }) as Error,
    );
  });
});

describe("a command that needs a running twin", () => {
  it("gets its record", () => {
    twin("one");
    expect(requireRunning(chooseTwin("one", project))).toMatchObject({ name: "one", process: US });
  });

  it("says that it is down, or what a killed supervisor has left", () => {
    twin("one", "down");
    expect(() => requireRunning(chooseTwin("one", project))).toThrow("The twin one is down.");
    twin("two", "abandoned");
    const entry = { ...US, role: "api-1" };
    writeFileSync(
      stateDirectory(join(project, ".plumbline", "two")).journal,
      JSON.stringify({ schemaVersion: 1, processes: [entry, { ...GONE, role: "api-2" }] }),
    );
    expect(() => requireRunning(chooseTwin("two", project))).toThrow(
      /was killed, and 1 of its processes still run/,
    );
  });
});
