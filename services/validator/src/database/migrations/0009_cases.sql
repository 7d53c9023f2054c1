-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- What people look into: one or more alerts.
create table cases (
  -- UUIDv7: newest last.
  id uuid primary key,
  state text not null check (state in ('pending', 'investigating', 'closed')),
  -- Counts its changes; it makes the entity tag.
  revision integer not null default 1,
  -- The severest outcome and the highest score of its alerts.
  severity text not null check (severity in ('review', 'block_and_review')),
  score integer not null,
  -- Of the decision that opened it: further alerts about them come to this case.
  account text,
  counterparty text,
  alerts integer not null default 1 check (alerts > 0),
  opened_at timestamptz not null,
  last_alert_at timestamptz not null,
  due_at timestamptz not null,
  assignee text,
  assigned_at timestamptz,
  outcome text check (outcome in ('confirmed_risk', 'false_positive')),
  closed_by text,
  closed_at timestamptz,
  constraint cases_assigned check (
    (assignee is null) = (assigned_at is null) and (state = 'pending') = (state <> 'closed' and assignee is null)
  ),
  constraint cases_closed check (
    (state = 'closed') = (closed_at is not null) and (closed_at is null) = (closed_by is null)
    and (closed_at is null) = (outcome is null)
  )
);

-- The work queue, in its order.
create index cases_queue on cases (due_at, score desc, id) where state = 'pending';
create index cases_open on cases (due_at) where state <> 'closed';
create index cases_of_assignee on cases (assignee, id);
create index cases_by_account on cases (account, id);
create index cases_by_counterparty on cases (counterparty, id);

-- One for each decision that asks for a review: its primary key is what makes that exactly one.
create table alerts (
  decision_id uuid primary key,
  case_id uuid not null references cases,
  outcome text not null,
  score integer not null,
  raised_at timestamptz not null
);

create index alerts_of_case on alerts (case_id, decision_id);

-- What was done with a case. Nothing here is ever updated or deleted.
create table case_events (
  id bigint generated always as identity primary key,
  case_id uuid not null references cases,
  at timestamptz not null,
  actor text not null,
  kind text not null check (kind in ('opened', 'alert_added', 'assigned', 'released', 'noted', 'closed')),
  details json not null
);

create index case_events_of_case on case_events (case_id, id);

-- How far decisions were read for alerts. Those from before this step are not: nobody waits for them any more.
create table alert_progress (
  only_row boolean primary key default true check (only_row),
  read_to timestamptz not null,
  swept_at timestamptz not null
);

insert into alert_progress (read_to, swept_at) values (now(), now());
