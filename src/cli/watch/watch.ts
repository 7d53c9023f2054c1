import { basename } from "node:path";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { twinsDirectory } from "#twin/state/state-directory.ts";
import type { SupervisorRecord } from "#twin/state/supervisor-record.ts";
import { applyChanges, requestOf } from "../apply-changes.ts";
import { printFailure } from "../failures.ts";
import { style } from "../style.ts";
import { freshArchitecture } from "./fresh-architecture.ts";
import { programsOf, servicesWith } from "./program-files.ts";
import { foldersToWatch, WatchedFiles } from "./watched-files.ts";

/** What is watched, and where it is from. */
export interface Watched {
  readonly file: string;
  readonly project: string;
  readonly environment: string;
  readonly architecture: ResolvedArchitecture;
}

/**
 * Keeps a running twin what its architecture's file says, with the programs that are there now: on each change of the
 * file or of what it stands beside the difference is applied, on each change of a program its services roll. What is
 * wrong is printed, and the twin goes on. Returns when the signal is aborted or the twin has gone.
 */
export async function watchFiles(
  record: SupervisorRecord,
  watched: Watched,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<void> {
  const { file, project, environment } = watched;
  let programs = programsOf(watched.architecture, project);
  const changes = new Changed();
  const files = new WatchedFiles(
    twinsDirectory(process.cwd()),
    (some) => changes.add(some),
    (error) => printFailure(error, false),
  );
  const over = AbortSignal.any([signal, endOf(record, signal)]);
  over.addEventListener("abort", () => changes.add([]));
  files.watch(foldersToWatch(file, programs));
  // What the twin was not told yet, because the architecture was wrong, is part of the next attempt.
  let left: readonly string[] = [];
  const told = () => (left = []);
  const apply = async (some: readonly string[], attempt: AbortSignal) => {
    const raw = await freshArchitecture(file);
    const architecture = resolve(raw, environment);
    programs = programsOf(architecture, project);
    files.watch(foldersToWatch(file, programs));
    attempt.throwIfAborted();
    const own = some.filter((name) => name !== file);
    const request = requestOf(raw, watched, servicesWith(own, programs));
    await applyChanges(record, request, { signal: attempt, say, onBegun: told, onEvent: () => {} });
  };
  while (!over.aborted) {
    const news = await changes.next();
    if (over.aborted) break;
    left = [...new Set([...left, ...news])];
    say(style.dim(`${news.map((name) => basename(name)).join(", ")} changed`));
    const attempt = new AbortController();
    const applied = apply(left, attempt.signal).catch((error: unknown) =>
      attempt.signal.aborted ? undefined : printFailure(error, false),
    );
    // What comes meanwhile is not kept waiting: the twin then waits for the newer replicas only.
    await Promise.race([applied, changes.arrival]);
    attempt.abort();
    await applied;
  }
  files.close();
}

/** Changed files until somebody asks for them. */
class Changed {
  readonly #files = new Set<string>();
  #news = Promise.withResolvers<void>();

  add(files: readonly string[]): void {
    for (const file of files) this.#files.add(file);
    this.#news.resolve();
  }

  get arrival(): Promise<void> {
    return this.#news.promise;
  }

  async next(): Promise<string[]> {
    await this.arrival;
    this.#news = Promise.withResolvers();
    const files = [...this.#files];
    this.#files.clear();
    return files;
  }
}

/** Aborted when the twin has gone: its stream of events ends with it. */
function endOf(record: SupervisorRecord, signal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const end = () => gone.abort();
  const events = new ControlClient(record).events(signal);
  const drain = async () => {
    for (let event = await events.next(); event.done !== true;) event = await events.next();
  };
  void drain().then(end, end);
  return gone.signal;
}
