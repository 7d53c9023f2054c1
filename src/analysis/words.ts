const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A time as people say it: `95 s`, `5 min`, `6 h`, `30 d`. */
export function time(ms: number): string {
  if (!Number.isFinite(ms)) return "for ever";
  if (ms < 1000) return `${ms} ms`;
  if (ms % DAY === 0) return `${ms / DAY} d`;
  if (ms % HOUR === 0) return `${ms / HOUR} h`;
  if (ms % MINUTE === 0 && ms > 2 * MINUTE) return `${ms / MINUTE} min`;
  return `${rounded(ms / 1000)} s`;
}

/** `1 replica`, `2 replicas`; with an own plural for what has no s. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  const last = items.at(-1) ?? "nothing";
  return items.length > 1 ? `${items.slice(0, -1).join(", ")} and ${last}` : last;
}

/** `1,500`. */
export function grouped(number: number): string {
  const [whole = "", fraction] = String(rounded(number)).split(".");
  const groups = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** `0.26 Gbps` */
export function gbps(bytesPerSecond: number): string {
  return `${rounded((bytesPerSecond * 8) / 1e9)} Gbps`;
}

/** `0.5 GiB` */
export function gib(bytes: number): string {
  return `${rounded(bytes / 2 ** 30)} GiB`;
}

/** To two digits behind the point, none that is 0. */
export function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}

/** `Tells`: a sentence begins with a capital. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
