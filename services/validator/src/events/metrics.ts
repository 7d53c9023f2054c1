import type { Instruments } from "../observability/instruments.ts";
import type { Session } from "../database/session.ts";
import { oldestUnread } from "./links.ts";
import { countOutbox } from "./outbox.ts";
import { readRelay } from "./relay-row.ts";
import { countDeliveries } from "./webhooks/delivery-repository.ts";
import type { Outcome } from "./webhooks/attempt.ts";
import type { End } from "./stream.ts";

export interface EventMeters {
  published(events: number): void;
  delivery(outcome: Outcome["kind"]): void;
  sent(events: number): void;
  streamEnded(why: End): void;
}

/** Counts what this replica does with events, and gauges how far all of them have come. */
export function meterEvents(
  { counter, gauge }: Pick<Instruments, "counter" | "gauge">,
  { session, isHolder, streams }: { session: Session; isHolder: () => boolean; streams: () => number },
): EventMeters {
  const published = counter("validator_events_published_total", "Events that were published in Redis.")({});
  const deliveries = counter<"outcome">(
    "validator_webhook_deliveries_total",
    "Attempts to deliver to webhooks.",
  );
  const sent = counter("validator_event_stream_events_total", "Events that were sent on streams.")({});
  const ended = counter<"why">("validator_event_streams_ended_total", "Streams of events that ended.");

  gauge(
    "validator_events_lag_seconds",
    "Since the oldest decision that is not in the log of events.",
    async () => {
      const oldest = await oldestUnread(session, (await readRelay(session)).linksRead);
      return oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000);
    },
    "max",
  );
  gauge(
    "validator_events_unpublished",
    "Events of the log that are not published in Redis.",
    async () => {
      const { logged, published: reached } = await readRelay(session);
      return logged - reached;
    },
    "max",
  );
  gauge("validator_event_outbox_rows", "Events that wait in the outbox.", () => countOutbox(session), "max");
  gauge("validator_event_relay_holder", "1 where this replica relays events.", () => (isHolder() ? 1 : 0));
  gauge("validator_event_streams", "Streams of events that are open.", streams);
  gauge(
    "validator_webhook_deliveries_waiting",
    "Deliveries that did not succeed yet.",
    async () => {
      return (await countDeliveries(session)).waiting;
    },
    "max",
  );
  gauge(
    "validator_webhook_dead_letters",
    "Deliveries that were given up.",
    async () => {
      return (await countDeliveries(session)).dead;
    },
    "max",
  );

  return {
    published: (events) => published.inc(events),
    delivery: (outcome) => deliveries({ outcome }).inc(),
    sent: (events) => sent.inc(events),
    streamEnded: (why) => ended({ why }).inc(),
  };
}
