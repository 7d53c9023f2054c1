import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { followLogs, logsOf, tail } from "./log-files.ts";

let folder: string;
const log = (name: string) => join(folder, `${name}.log`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the logs of a part", () => {
  it("are its own and its members', in the order of their numbers", () => {
    for (const name of ["api-10", "api-2", "apis", "database-a", "events"]) writeFileSync(log(name), "");
    expect(logsOf(folder, "api").map(({ name }) => name)).toEqual(["api-2", "api-10"]);
    expect(logsOf(folder, "events").map(({ name }) => name)).toEqual(["events"]);
    expect(logsOf(folder)).toHaveLength(5);
  });

  it("are none where there is no folder", () => {
    expect(logsOf(join(folder, "nowhere"))).toEqual([]);
  });
});

describe("the tail of a log", () => {
  it("is its last lines", () => {
    writeFileSync(log("api-1"), "one\ntwo\nthree\n");
    expect(tail(log("api-1"), 2)).toEqual(["two", "three"]);
    expect(tail(log("api-1"), 9)).toEqual(["one", "two", "three"]);
    expect(tail(log("api-1"), 0)).toEqual([]);
  });

  it("is empty for an empty file, and for one that is gone", () => {
    writeFileSync(log("api-1"), "");
    expect(tail(log("api-1"), 5)).toEqual([]);
    expect(tail(log("api-2"), 5)).toEqual([]);
  });
});

describe("followed logs", () => {
  const END = "the end";

  /** Follows until a line says that it is the end. */
  async function follow(part: string | undefined, write: () => Promise<void>): Promise<string[]> {
    const lines: string[] = [];
    const following = followLogs(folder, part, (name, line) => {
      if (line === END) throw new Error(END);
      lines.push(`${name}: ${line}`);
    }).catch((error: Error) => {
      if (error.message !== END) throw error;
    });
    await write();
    await following;
    return lines;
  }

  it("are what is added, in whole lines and whole characters, to later files as well", async () => {
    writeFileSync(log("api-1"), "before\n");
    const euro = Buffer.from("12 €\n");
    const lines = await follow("api", async () => {
      appendFileSync(log("api-1"), "in two ");
      appendFileSync(log("api-1"), Buffer.concat([Buffer.from("parts\n"), euro.subarray(0, 4)]));
      appendFileSync(log("other-1"), "not followed\n");
      writeFileSync(log("api-2"), "from its beginning\n");
      appendFileSync(log("api-1"), euro.subarray(4));
      appendFileSync(log("api-2"), `${END}\n`);
    });
    expect(lines).toEqual(["api-1: in two parts", "api-1: 12 €", "api-2: from its beginning"]);
  });

  it("go on in the file that takes the place of one that is gone", async () => {
    writeFileSync(log("api-1"), "a long line from the life before this one\n");
    const lines: string[] = [];
    const following = followLogs(folder, undefined, (_, line) => {
      lines.push(line);
      if (line === END) throw new Error(END);
    }).catch((error: Error) => error.message);
    appendFileSync(log("api-1"), "last words\n");
    await expect.poll(() => lines, { timeout: 5_000 }).toContain("last words");
    rmSync(log("api-1"));
    writeFileSync(log("api-1"), `anew\n${END}\n`);
    expect(await following).toBe(END);
    expect(lines).toEqual(["last words", "anew", END]);
  });
});
