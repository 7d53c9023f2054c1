-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- What happened beside decisions, written in the transaction of what happened. Decisions are not here: their links say
-- which there are. A row is deleted as it is put into the log.
create table event_outbox (
  -- Of one subject in the order of the commits: its acts take turns by a lock of theirs.
  number bigint generated always as identity primary key,
  -- All below the oldest one in progress are there to stay.
  transaction_id bigint not null default (pg_current_xact_id()::text::bigint),
  -- JSON: id, kind, key of the order, time, resources, detail.
  event json not null
);

-- Every event once and in one order, for good: who has had number n goes on with n + 1.
create table event_log (
  -- Number of the newest event of the entry; an entry is one event, or the decisions of one link.
  last bigint primary key check (last > 0),
  events integer not null check (events > 0),
  -- JSON: ids of decisions, in their order.
  decisions json,
  -- JSON, as it was in the outbox.
  event json,
  logged_at timestamptz not null,
  constraint event_log_one check ((decisions is null) <> (event is null) and (event is null or events = 1))
);

create index event_log_logged_at on event_log (logged_at);

create table event_relay (
  only_row boolean primary key default true check (only_row),
  -- Who puts events into the log and hands them on, and until when nobody else may.
  holder uuid,
  lease_until timestamptz,
  -- Another one each time that somebody takes over, or that the log is found shorter than it was: events after this
  -- number may be others than those that were told before.
  term uuid,
  term_from bigint not null default 0,
  -- How far the links of decisions were read; JSON of a place in their order.
  links_read text not null,
  -- Number of the newest event of the log.
  logged bigint not null default 0,
  -- Events up to this number are on the standby too, and may be told.
  durable bigint not null default 0,
  -- Events up to this number were published in Redis.
  published bigint not null default 0
);

-- Decisions from before this step are nobody's news.
insert into event_relay (links_read)
select json_build_object('transactionId', pg_snapshot_xmin(pg_current_snapshot())::text,
  'chain', '00000000-0000-0000-0000-000000000000', 'sequence', '0')::text;

create table webhooks (
  -- UUIDv7: newest last.
  id uuid primary key,
  url text not null,
  description text not null,
  -- JSON: an array of the kinds of events that are sent; empty for all.
  kinds json not null,
  -- As they are sealed; the one before counts until then.
  secret bytea not null,
  previous_secret bytea,
  previous_until timestamptz,
  state text not null check (state in ('enabled', 'disabled')),
  -- Why it is disabled: by a person, because it failed for days, or because it said that it is gone.
  disabled_because text check (disabled_because in ('person', 'failing', 'gone')),
  revision integer not null default 1,
  created_by text not null,
  created_at timestamptz not null,
  -- Events up to this number were delivered, or are in webhook_deliveries.
  handled bigint not null,
  -- Since when nothing was taken; null where the last attempt was a success.
  failing_since timestamptz,
  constraint webhooks_disabled check ((state = 'disabled') = (disabled_because is not null))
);

-- Deliveries that did not succeed yet: they wait for another attempt, or for an earlier one of the same account, or
-- are dead letters.
create table webhook_deliveries (
  webhook uuid not null references webhooks on delete cascade,
  -- Number in the log.
  event bigint not null,
  event_id uuid not null,
  kind text not null,
  -- Those of one key are delivered in their order.
  order_key text not null,
  state text not null check (state in ('waiting', 'dead')),
  attempts integer not null,
  -- Null where it waits behind another one.
  next_at timestamptz,
  failed_at timestamptz,
  status integer,
  failure text,
  primary key (webhook, event)
);
