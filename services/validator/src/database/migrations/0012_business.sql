-- New tables, and an index of the few acts by which people signed up: nothing that decisions read or write waits for
-- this step.
set local lock_timeout = '5s';

-- What was decided in a few minutes of a day that may still change: a row for each currency and outcome.
create table business_slices (
  -- The time in a decision's id lies in these minutes.
  starts_at timestamptz not null,
  -- The UTC day that they are of, such as 2026-11-21.
  day text collate "C" not null check (day ~ '^\d{4}-\d{2}-\d{2}$'),
  currency text collate "C" not null,
  outcome text collate "C" not null,
  transactions bigint not null check (transactions > 0),
  -- Minor units. So many amounts may be more than a bigint holds.
  volume numeric(38, 0) not null check (volume > 0),
  primary key (starts_at, currency, outcome)
);

-- The same of whole days that are finished: nothing comes in any more.
create table business_days (
  day text collate "C" not null check (day ~ '^\d{4}-\d{2}-\d{2}$'),
  currency text collate "C" not null,
  outcome text collate "C" not null,
  transactions bigint not null check (transactions > 0),
  volume numeric(38, 0) not null check (volume > 0),
  primary key (day, currency, outcome)
);

-- How far decisions were counted, looked at once more an hour later, and a day later. Whoever counts locks the row, so
-- that nobody counts twice.
create table business_progress (
  only_row boolean primary key default true check (only_row),
  counted_to timestamptz not null,
  checked_to timestamptz not null,
  finished_to timestamptz not null,
  constraint business_progress_in_order check (finished_to <= checked_to and checked_to <= counted_to)
);

-- From the very beginning: where nothing was decided nothing is counted.
insert into business_progress (counted_to, checked_to, finished_to)
values (timestamptz 'epoch', timestamptz 'epoch', timestamptz 'epoch');

create index audit_events_signed_up on audit_events (subject, at) where act = 'person.signed_up';
