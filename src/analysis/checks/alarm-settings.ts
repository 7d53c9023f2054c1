import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, type Found, holds, judged } from "../finding.ts";
import { caches, databases } from "../parts.ts";
import { count, time } from "../words.ts";

type Alarm = ResolvedArchitecture["observability"]["alarms"][number];

/** How long a page may keep people waiting: after that users have told them. */
const LATEST_PAGE = 900_000;
/** What CloudWatch takes below a minute; above it, whole minutes. */
const SHORT_PERIODS: ReadonlySet<number> = new Set([10_000, 20_000, 30_000]);

/** Whether alarms can be made, can go off, and do so while somebody can still do something. */
export const alarmSettings: Check = (architecture) => [
  ...architecture.observability.alarms.flatMap((alarm, index) => {
    const at = `observability.alarms.${index}`;
    return [
      period(alarm, at),
      ...unitOf(alarm, at),
      ...share(alarm, at),
      ...delay(alarm, at),
      ...subject(architecture, alarm, at),
    ];
  }),
  ...none(architecture),
  ...logs(architecture),
];

function period({ period: every, signal }: Alarm, at: string): Finding {
  const found: Found = {
    check: "alarm-period",
    part: `${at}.period`,
    figure: every,
    unit: "milliseconds",
    says: `The alarm on ${signal} looks at ${time(every)} at a time; CloudWatch takes 10, 20, 30 and 60 s, and whole minutes.`,
    references: [
      {
        page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        asOf: "2025-05",
      },
    ],
  };
  const isTaken = SHORT_PERIODS.has(every) || (every > 0 && every % 60_000 === 0);
  return judged(isTaken, found, "Take 60 s.", { [`${at}.period`]: 60_000 });
}

function share({ unit, above, signal }: Alarm, at: string): Finding[] {
  if (unit !== "percent" || above < 100) return [];
  return [
    fails(
      {
        check: "alarm-threshold",
        part: `${at}.above`,
        figure: above,
        limit: 100,
        unit: "percent",
        says: `The alarm goes off when ${signal} is above ${above} %: it never is.`,
      },
      "Lower it to 90 %.",
      { [`${at}.above`]: 90 },
    ),
  ];
}

/** What a signal is counted in; the others come as a number or as a share. */
const UNITS: Readonly<Partial<Record<Alarm["signal"], Alarm["unit"]>>> = {
  cpu: "percent",
  memory: "percent",
  disk: "percent",
  "database-cpu": "percent",
  "cache-hit-rate": "percent",
  "latency-p95": "seconds",
  "database-latency": "seconds",
  "replication-lag": "seconds",
};

function unitOf({ signal, unit, above }: Alarm, at: string): Finding[] {
  const wanted = UNITS[signal];
  if (wanted === undefined || wanted === unit) return [];
  const found: Found = {
    check: "alarm-unit",
    part: `${at}.unit`,
    figure: above,
    says: `The alarm on ${signal} has a threshold of ${above} in ${unit}; ${signal} is counted in ${wanted}.`,
  };
  return [fails(found, `Set ${at}.unit to "${wanted}", with a threshold in it.`)];
}

function delay({ severity, periods, period: every, signal }: Alarm, at: string): Finding[] {
  if (severity !== "page") return [];
  const figure = periods * every;
  const found: Found = {
    check: "alarm-delay",
    part: `${at}.periods`,
    figure,
    limit: LATEST_PAGE,
    unit: "milliseconds",
    says: `The alarm on ${signal} goes off when it is too high for ${count(periods, "period")} of ${time(every)} in a row${figure > LATEST_PAGE ? `: for ${time(figure)} nobody is called` : ""}.`,
  };
  const wanted = Math.max(1, Math.floor(300_000 / every));
  return [
    judged(figure <= LATEST_PAGE, found, `Set ${at}.periods to ${wanted}.`, { [`${at}.periods`]: wanted }),
  ];
}

/** An alarm on what is not there has no data, and never goes off. */
function subject(architecture: ResolvedArchitecture, { signal }: Alarm, at: string): Finding[] {
  const isAboutCache = signal.startsWith("cache-");
  if (!isAboutCache && !signal.startsWith("database-")) return [];
  const parts = isAboutCache ? caches(architecture) : databases(architecture);
  const found: Found = {
    check: "alarm-subject",
    part: `${at}.signal`,
    figure: parts.length,
    limit: 1,
    unit: "count",
    says:
      parts.length > 0
        ? `There is something that has ${signal}.`
        : `Nothing has ${signal}: there is no ${isAboutCache ? "cache" : "database"}, and the alarm never goes off.`,
  };
  return [parts.length > 0 ? holds(found) : fails(found, "Remove it.")];
}

/** Who is to be called needs something that calls. */
function none({ observability: { alarms, notify } }: ResolvedArchitecture): Finding[] {
  if (alarms.length > 0 || notify.length === 0) return [];
  return [
    fails(
      {
        check: "alarms",
        part: "observability.alarms",
        figure: 0,
        limit: 1,
        unit: "count",
        says: `${count(notify.length, "way")} to tell people ${notify.length > 1 ? "are" : "is"} declared, and no alarm that would: faults are found by users.`,
      },
      "Add alarms on http-5xx, unhealthy-targets and latency-p95.",
    ),
  ];
}

const WEEK = 7 * 86_400_000;

/** What happened on a Friday evening is looked at on Monday. */
function logs({
  observability: {
    logs: { retention },
  },
}: ResolvedArchitecture): Finding[] {
  const part = "observability.logs.retention";
  const found: Found = {
    check: "log-days",
    part,
    figure: retention,
    limit: WEEK,
    unit: "milliseconds",
    says: `Logs are kept for ${time(retention)}.${retention < WEEK ? " A fault that is looked into after a weekend has none left." : ""}`,
  };
  return [judged(retention >= WEEK, found, "Keep them for 7 days at the least.", { [part]: WEEK })];
}
