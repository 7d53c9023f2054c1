import { isIP } from "node:net";

import type { Origin } from "./event.ts";

/** How events are told. Times are milliseconds. */
export interface EventsConfig {
  origin: Origin;
  /** Whether this replica relays events when no other one does. */
  relays: boolean;
  /** Without a sign of the replica that relays, after which another one does. */
  lease: number;
  /** How long an event stays in the log. */
  kept: number;
  /** Streams of server-sent events that are open here at the same time, and those of one person. */
  streams: number;
  streamsEach: number;
  /** After which a stream ends and is opened anew by the same right, if it is still one. */
  streamLife: number;
  webhooks: WebhooksConfig;
}

export interface WebhooksConfig {
  /** For an attempt, from the question for the address to the head of the answer. */
  timeout: number;
  /** Before the second attempt; it then grows. */
  retry: number;
  /** After which a delivery is a dead letter. */
  attempts: number;
  /** Without any success after which nothing more is sent. */
  disableAfter: number;
  /** Whether http: is sent to, for a machine of one's own. */
  allowsHttp: boolean;
  /** Hosts that are sent to wherever they are, such as one's own in a private network. */
  hosts: ReadonlySet<string>;
}

/** Reads `name` as a whole number in a range. */
type ReadWhole = (name: string, fallback: number, min: number, max: number) => number;

const DAY = 86_400_000;

/** Reads how events are told from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readEventsConfig(
  env: Record<string, string | undefined>,
  whole: ReadWhole,
  problems: string[],
): EventsConfig {
  const text = (name: string, fallback: string, form: RegExp, what: string) => {
    const value = env[name] || fallback;
    if (!form.test(value)) problems.push(`${name} must be ${what}`);
    return value;
  };
  const choice = (name: string, fallback: "on" | "off") =>
    text(name, fallback, /^(?:on|off)$/, "on or off") === "on";
  return {
    origin: {
      source: text(
        "EVENTS_SOURCE",
        "validator",
        /^(?!aws\.)[\w./-]{1,256}$/,
        "a name that does not begin with aws.",
      ),
      account: text("EVENTS_ACCOUNT", "000000000000", /^\d{12}$/, "an AWS account's twelve digits"),
      region: text(
        "EVENTS_REGION",
        env["AWS_REGION"] || "local",
        /^[a-z0-9-]{1,64}$/,
        "the name of a region",
      ),
    },
    relays: choice("EVENTS_RELAY", "on"),
    lease: whole("EVENTS_LEASE_MS", 3000, 300, 60_000),
    kept: whole("EVENTS_KEPT_DAYS", 30, 1, 3650) * DAY,
    streams: whole("EVENT_STREAMS", 200, 0, 100_000),
    streamsEach: whole("EVENT_STREAMS_EACH", 5, 1, 1000),
    streamLife: whole("EVENT_STREAM_MS", 300_000, 1000, DAY),
    webhooks: {
      timeout: whole("WEBHOOK_TIMEOUT_MS", 10_000, 50, 60_000),
      retry: whole("WEBHOOK_RETRY_MS", 5000, 1, DAY),
      attempts: whole("WEBHOOK_ATTEMPTS", 12, 1, 100),
      disableAfter: whole("WEBHOOK_DISABLE_MS", 5 * DAY, 1, 30 * DAY),
      allowsHttp: choice("WEBHOOK_HTTP", "off"),
      hosts: readHosts(env["WEBHOOK_HOSTS"] ?? "", problems),
    },
  };
}

function readHosts(list: string, problems: string[]): Set<string> {
  const hosts = list.split(",").flatMap((host) => host.trim().toLowerCase() || []);
  for (const host of hosts) {
    if (isIP(host) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host))
      problems.push(`WEBHOOK_HOSTS must name hosts, with commas between them: ${host.slice(0, 100)} is none`);
  }
  return new Set(hosts);
}
