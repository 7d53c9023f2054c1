-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- Every change of what decisions see, in the order of the commits: changes take turns by an advisory lock that they
-- hold until they are committed. Who has seen number n has seen all up to n. After a failover that lost a commit its
-- number may come again; its token does not.
create table rule_changes (
  stamp integer primary key check (stamp > 0),
  token uuid not null default gen_random_uuid(),
  changed_at timestamptz not null default clock_timestamp()
);

create table rule_set_versions (
  version integer primary key check (version > 0),
  state text not null check (state in ('draft', 'shadow', 'live', 'retired')),
  -- Counts every change of the row: the entity tag is made of it.
  revision integer not null default 1,
  -- Canonical JSON, of which the hash is taken byte for byte: hence json, which keeps its spelling, and not jsonb.
  document json not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  note text not null,
  author text not null,
  -- Everybody who wrote any of it, the author included.
  editors text[] not null check (author = any(editors)),
  -- Who made it live for the first time.
  approver text,
  created_at timestamptz not null,
  edited_at timestamptz not null,
  published_at timestamptz,
  constraint rule_set_versions_two_people
    check (approver is null or approver <> all(editors) or (author = 'system' and version = 1)),
  constraint rule_set_versions_approved check ((approver is null) = (published_at is null)),
  constraint rule_set_versions_published check (state not in ('live', 'retired') or published_at is not null),
  constraint rule_set_versions_draft check (state <> 'draft' or published_at is null)
);
create unique index rule_set_versions_live on rule_set_versions ((true)) where state = 'live';
create index rule_set_versions_shadow on rule_set_versions (version) where state = 'shadow';

-- Which version was live when.
create table rule_set_activations (
  id integer primary key generated always as identity,
  version integer not null references rule_set_versions,
  kind text not null check (kind in ('publish', 'rollback')),
  requested_by text not null,
  approved_by text not null,
  reason text not null,
  live_from timestamptz not null,
  live_to timestamptz
);
create unique index rule_set_activations_live on rule_set_activations ((true)) where live_to is null;

-- A rollback that one person has asked for and another has yet to approve.
create table rule_set_rollbacks (
  version integer primary key references rule_set_versions,
  replaces integer not null references rule_set_versions,
  requested_by text not null,
  requested_at timestamptz not null,
  reason text not null
);

create table value_lists (
  name text collate "C" primary key,
  description text not null,
  size integer not null default 0 check (size >= 0),
  revision integer not null default 1,
  created_by text not null,
  created_at timestamptz not null,
  changed_by text not null,
  changed_at timestamptz not null
);

-- A value that was removed stays, as absent: a replica that has seen change n asks for what was changed after n.
create table value_list_entries (
  list text collate "C" not null references value_lists,
  value text collate "C" not null,
  present boolean not null,
  changed integer not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (list, value)
);
create index value_list_entries_changed on value_list_entries (changed);

create table snoozes (
  id uuid primary key,
  rule text not null,
  subject text not null,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null,
  until timestamptz not null check (until > created_at),
  ended_by text,
  ended_at timestamptz
);
create index snoozes_until on snoozes (until) where ended_at is null;

-- Who did what: one row for each administrative act, written in the transaction of the act.
create table audit_events (
  id uuid primary key,
  actor text not null,
  act text not null,
  subject text not null,
  details json not null,
  at timestamptz not null
);
