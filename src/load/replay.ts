import { PlumblineError } from "#model/errors.ts";

/** In a line of an access log of an Application Load Balancer: when the request was received, behind the rule's priority. */
const CREATED = /" -?\d* ?(?<created>\d{4}-\d\d-\d\dT[\d:.]+Z) "/;

/**
 * When requests are due, in milliseconds from the first one, in ascending order: from lines that are a number of
 * milliseconds each, or from an access log as the load balancer writes it, by each request's creation time.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 * @throws PlumblineError REPLAY_UNREADABLE with the first line that is neither.
 */
export function readOffsets(text: string, file: string): number[] {
  const times: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const created = CREATED.exec(line)?.groups?.["created"];
    const time = created === undefined ? Number(line) : Date.parse(created) + beyondMilliseconds(created);
    if (!Number.isFinite(time))
      throw unreadable(file, `its line ${index + 1} is neither: ${line.slice(0, 60)}`);
    times.push(time);
  }
  if (times.length === 0) throw unreadable(file, "it has no lines");
  times.sort((a, b) => a - b);
  const first = times[0] as number;
  return times.map((time) => time - first);
}

/** Of an instant with microseconds, what `Date.parse` leaves out: a part of a millisecond. */
function beyondMilliseconds(instant: string): number {
  return Number(`0.${/\.\d{3}(\d+)Z$/.exec(instant)?.[1] ?? "0"}`);
}

function unreadable(file: string, why: string): PlumblineError {
  return new PlumblineError(
    "REPLAY_UNREADABLE",
    `${file} cannot be replayed: ${why}.`,
    "Give a file with a number of milliseconds in each line, or an access log of the load balancer.",
  );
}
