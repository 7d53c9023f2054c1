-- A new table only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

create table backtests (
  -- UUIDv7: newest last.
  id uuid primary key,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  rule_set_version integer not null references rule_set_versions,
  -- As they were when the backtest was asked for: a draft may be edited meanwhile.
  rule_set_hash text not null check (rule_set_hash ~ '^[0-9a-f]{64}$'),
  document json not null,
  -- The time in a decision's id lies in [starts_at, ends_at).
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  -- Share of the transactions that are evaluated.
  sample double precision not null check (sample > 0 and sample <= 1),
  requested_by text not null,
  requested_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Who runs it, and until when nobody else may. Each claim has an owner of its own.
  owner uuid,
  lease_until timestamptz,
  -- Claims since the last progress: what ends its process again and again is given up.
  attempts integer not null default 0,
  claimed_at timestamptz,
  claimed_done bigint not null default 0,
  -- The checkpoint: rows up to `position` are in `accumulated`, and no others. All are written in one update.
  total bigint,
  done bigint not null default 0,
  position uuid,
  accumulated json,
  progressed_at timestamptz,
  failure_code text,
  failure text,
  constraint backtests_ended check ((ended_at is not null) = (state in ('done', 'failed', 'cancelled'))),
  constraint backtests_failed check ((failure is not null) = (state = 'failed') and (failure_code is null) = (failure is null)),
  constraint backtests_done check (state <> 'done' or accumulated is not null)
);

create index backtests_open on backtests (requested_at) where state in ('queued', 'running');
