import type { EventKind } from "./kinds.ts";

/** Something that happened, as others hear of it. */
export interface Event {
  /** UUID: the same however often it is told, so that whoever has seen it can drop it. */
  readonly id: string;
  readonly kind: EventKind;
  /** Events of one key are told in their order: those of one account, or else of one subject. */
  readonly key: string;
  /** RFC 3339 date-time, to the second as EventBridge has it. */
  readonly time: string;
  /** What it is about, such as `cases/<id>`. */
  readonly resources: readonly string[];
  readonly detail: object;
}

/** An event with its number in the log: 1, 2, 3 ... without gaps. */
export interface LoggedEvent extends Event {
  readonly number: number;
}

/** What every envelope of an installation says. */
export interface Origin {
  /** Who tells, such as `validator`. */
  readonly source: string;
  /** The AWS account's twelve digits. */
  readonly account: string;
  /** The AWS region. */
  readonly region: string;
}

/**
 * JSON of an event as EventBridge has it, so that rules and targets written for it understand it
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html).
 */
export function envelopeOf({ id, kind, time, resources, detail }: Event, origin: Origin): string {
  const { source, account, region } = origin;
  return JSON.stringify({
    version: "0",
    id,
    "detail-type": kind,
    source,
    account,
    time,
    region,
    resources,
    detail,
  });
}

/** RFC 3339 without fractions of a second. */
export function eventTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Orders what is about an account; `subject` where there is none. */
export function orderKey(account: string | null, subject: string): string {
  return account === null ? subject : `account ${account}`;
}
