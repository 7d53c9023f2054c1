import { PlumblineError } from "#model/errors.ts";
import { superseded } from "#twin/changes/refused.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { ApplyRequest } from "#twin/control-api/requests.ts";
import type { SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinEvent, TwinStatus } from "#twin/status.ts";
import { renderChanges } from "./changes-view.ts";
import { now, untilStatus } from "./until.ts";

export interface ApplyOptions {
  readonly signal: AbortSignal;
  /** Told what there is to say to people; nothing where the answer is JSON. */
  readonly say: (text: string) => void;
  readonly onEvent: (event: TwinEvent) => void;
  /** The twin has taken it over; what fails from here on it remembers itself. */
  readonly onBegun?: () => void;
}

/**
 * Makes a running twin what an architecture says, and says what that is while it is done.
 * @throws PlumblineError why it was refused, or why it failed on the way; the signal's reason, and then it goes on.
 */
export async function applyChanges(
  record: SupervisorRecord,
  request: ApplyRequest,
  { signal, say, onEvent, onBegun }: ApplyOptions,
): Promise<TwinStatus> {
  const client = new ControlClient(record);
  const [began, since] = [performance.now(), now()];
  const begun = await client.apply(request);
  onBegun?.();
  const count = begun.changes.length + begun.programs.length;
  if (count > 0) say(renderChanges(begun));
  const isOver = ({ change }: TwinStatus) =>
    change !== null && (change.id !== begun.id || change.state !== "under way");
  const status = await untilStatus(client, isOver, { signal, onEvent, since });
  if (status.change?.id !== begun.id) throw superseded();
  const { error } = status.change;
  if (error) throw new PlumblineError(error.code, error.message, error.remedy);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(count > 0 ? `Applied in ${seconds} s.` : "Nothing has changed.");
  return status;
}

/** An architecture as it is sent to a twin, as it was read from its file. */
export function requestOf(
  raw: unknown,
  source: { readonly file: string; readonly project: string; readonly environment: string },
  programs: readonly string[] = [],
): ApplyRequest {
  return {
    architecture: raw,
    environment: source.environment,
    architectureFile: source.file,
    project: source.project,
    programs: [...programs],
  };
}
