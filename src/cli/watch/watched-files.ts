import { type FSWatcher, watch } from "node:fs";
import { dirname, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { isIgnored, isProgramFile, isWithin } from "./program-files.ts";

/** Editors and version control write several files in a moment: one change is what comes without such a pause. */
const QUIET_MS = 100;

/** Watches folders with everything below them, and tells which program files have changed. */
export class WatchedFiles {
  readonly #onChange: (files: readonly string[]) => void;
  readonly #onError: (error: PlumblineError) => void;
  readonly #except: string;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #quiet: NodeJS.Timeout | undefined;

  /** @param except a folder that is not looked into, wherever it is: twins write their state all the time. */
  constructor(
    except: string,
    onChange: (files: readonly string[]) => void,
    onError: (error: PlumblineError) => void,
  ) {
    this.#except = except;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Watches these folders from now on, and no others. */
  watch(folders: readonly string[]): void {
    for (const [folder, watcher] of this.#watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#open(folder);
  }

  close(): void {
    clearTimeout(this.#quiet);
    this.watch([]);
  }

  #open(folder: string): void {
    try {
      const ignore = (name: string) => this.#isIgnored(folder, name);
      const watcher = watch(folder, { recursive: true, ignore });
      watcher.on("change", (_, name) => this.#noticed(folder, String(name)));
      watcher.on("error", (error) => this.#onError(unwatchable(folder, error)));
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#onError(unwatchable(folder, error as Error));
    }
  }

  #isIgnored(folder: string, name: string): boolean {
    return isIgnored(name) || isWithin(this.#except, join(folder, name));
  }

  #noticed(folder: string, name: string): void {
    if (this.#isIgnored(folder, name) || !isProgramFile(name)) return;
    this.#changed.add(join(folder, name));
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => {
      const files = [...this.#changed];
      this.#changed.clear();
      this.#onChange(files);
    }, QUIET_MS);
  }
}

function unwatchable(folder: string, { message }: Error): PlumblineError {
  return new PlumblineError(
    "WATCH_FAILED",
    `${folder} cannot be watched: ${message}.`,
    "Mend that, and run `plumbline up --watch` again. Linux bounds how much is watched by fs.inotify.max_user_watches.",
  );
}

/** The folders to watch for an architecture's file and its programs. */
export function foldersToWatch(file: string, programs: readonly { readonly folder: string }[]): string[] {
  return [...new Set([dirname(file), ...programs.map(({ folder }) => folder)])];
}
