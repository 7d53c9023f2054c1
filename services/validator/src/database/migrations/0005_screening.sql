-- A sanctions list as it was imported. Old ones stay: a decision can be asked later what it was screened against.
create table screening_lists (
  id uuid primary key,
  source text not null,
  -- SHA-256 of its names in order.
  digest bytea not null check (length(digest) = 32),
  names integer not null check (names > 0),
  imported_by text not null,
  imported_at timestamptz not null default now(),
  is_current boolean not null
);

create unique index screening_lists_current on screening_lists (source) where is_current;

create table screening_names (
  list uuid not null references screening_lists on delete cascade,
  position integer not null,
  entry text not null,
  name text not null,
  kind text not null check (kind in ('primary', 'aka', 'fka', 'nka')),
  type text not null,
  programs text not null,
  primary key (list, position)
);

-- Matches that somebody has looked at and found to be another person.
create table screening_clearances (
  id uuid primary key,
  -- The words of the name in one spelling and order.
  name text not null check (name <> ''),
  entry text not null,
  reason text not null,
  cleared_by text not null,
  cleared_at timestamptz not null default now(),
  until timestamptz,
  ended_by text,
  ended_at timestamptz
);

create unique index screening_clearances_open on screening_clearances (name, entry) where ended_at is null;
