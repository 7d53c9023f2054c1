import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";

export interface LogFile {
  /** The part that wrote it: `api-1`. */
  readonly name: string;
  readonly file: string;
}

const LOOK_EVERY_MS = 200;
/** More than any terminal shows; what stands before it in a large file is not read. */
const TAIL_BYTES = 4 * 2 ** 20;

/** The logs of a part and of its members: `api` has those of `api-1` and `api-2`. */
export function logsOf(folder: string, part?: string): LogFile[] {
  return fileNames(folder)
    .filter((name) => part === undefined || name === part || name.startsWith(`${part}-`))
    .map((name) => ({ name, file: join(folder, `${name}.log`) }));
}

/** The last lines of a file; empty where there is none. */
export function tail(file: string, lines: number): string[] {
  const text = readFrom(file, Math.max(0, sizeOf(file) - TAIL_BYTES))
    .toString("utf8")
    .trimEnd();
  return text === "" || lines === 0 ? [] : text.split("\n").slice(-lines);
}

/** Prints whole lines as they are added, to files that appear later too, until the process is interrupted. */
export async function followLogs(
  folder: string,
  part: string | undefined,
  print: (name: string, line: string) => void,
): Promise<never> {
  const followed = new Map(
    logsOf(folder, part).map(({ name, file }) => [name, new FollowedFile(file, sizeOf(file))]),
  );
  for (;;) {
    for (const { name, file } of logsOf(folder, part)) {
      const followedFile = followed.get(name) ?? new FollowedFile(file, 0);
      followed.set(name, followedFile);
      for (const line of followedFile.newLines()) print(name, line);
    }
    await delay(LOOK_EVERY_MS);
  }
}

class FollowedFile {
  readonly #file: string;
  readonly #decoder = new StringDecoder("utf8");
  #position: number;
  #rest = "";

  constructor(file: string, position: number) {
    this.#file = file;
    this.#position = position;
  }

  newLines(): string[] {
    // A file that has become shorter is another one: its twin was purged and came up again.
    if (sizeOf(this.#file) < this.#position) this.#position = 0;
    const added = readFrom(this.#file, this.#position);
    this.#position += added.length;
    const lines = (this.#rest + this.#decoder.write(added)).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines;
  }
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".log"))
      .map((name) => name.slice(0, -".log".length))
      .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  } catch {
    return [];
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Empty where the file is gone: a purge may come between two looks. */
function readFrom(file: string, position: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - position));
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, position));
  } finally {
    closeSync(descriptor);
  }
}
