import { PlumblineError } from "#model/errors.ts";
import { loadArchitecture } from "#twin/architecture-file.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { SupervisorRecord } from "#twin/state/supervisor-record.ts";
import { applyChanges, requestOf } from "./apply-changes.ts";
import { interruption, waitInterrupted } from "./interruption.ts";
import { printJson } from "./output.ts";
import { progressPrinter } from "./progress.ts";
import { besideStyle, style } from "./style.ts";
import { type Watched, watchFiles } from "./watch/watch.ts";

export interface RunningOptions {
  /** What the user has asked for on this command line; undefined where it was left open. */
  readonly asked: { readonly profile: string | undefined; readonly port: number | undefined };
  readonly watch: boolean;
  readonly json: boolean;
}

/** `up` on a twin that runs: makes it what its architecture says now; with `--watch`, again and again. */
export async function upRunning(
  record: SupervisorRecord,
  watched: Watched,
  { asked, watch, json }: RunningOptions,
): Promise<void> {
  const { name, architecture, environment } = record;
  await refuseOtherOptions(record, asked);
  const signal = interruption();
  const say = json ? () => {} : (text: string) => console.log(text);
  say(`${style.bold(architecture)} (${environment}) runs already as ${name}.`);
  const request = requestOf(await loadArchitecture(watched.file), watched);
  const onEvent = json ? () => {} : progressPrinter(process.stderr);
  try {
    const status = await applyChanges(record, request, { signal, say, onEvent });
    if (json) printJson(status);
  } catch (error) {
    if (!signal.aborted) throw error;
    return waitInterrupted(`${name} goes on applying the change.`, name, json);
  }
  if (!watch) return;
  say(style.dim("Watching its files. Ctrl-C ends that; the twin goes on.\n"));
  await watchFiles(record, watched, { signal, say });
  const ended = signal.aborted
    ? `${name} goes on; end it with \`plumbline down ${name}\`.`
    : `${name} has stopped.`;
  if (!json) console.error(besideStyle.dim(`\n${ended}`));
}

/** What a twin is started with, it keeps. */
async function refuseOtherOptions(
  record: SupervisorRecord,
  { profile, port }: RunningOptions["asked"],
): Promise<void> {
  const status = await new ControlClient(record).status();
  const [first] = status.loadBalancer.listeners;
  const differs =
    (profile !== undefined && profile !== status.profile && `--profile ${profile}`) ||
    (port !== undefined && first !== undefined && port !== portOf(first) && `--port ${port}`);
  if (!differs) return;
  throw new PlumblineError(
    "TWIN_RUNNING",
    `The twin ${record.name} is up already, supervised by process ${record.process.pid}, and was started without ${differs}.`,
    `\`plumbline down ${record.name}\` and run the command again, leave the option out, or give a second twin its own --name.`,
  );
}

/** A URL leaves out the port that its protocol has by custom. */
function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
