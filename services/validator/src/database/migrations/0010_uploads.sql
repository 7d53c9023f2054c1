-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- Files of payments. The file itself is in the bucket, whole and durable before its row is here.
create table uploads (
  -- UUIDv7: newest last. It is the file's key in the bucket too.
  id uuid primary key,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  format text not null check (format in ('csv', 'ndjson', 'iso20022', 'nacha')),
  -- What the sender calls it: shown to people, never a path.
  name text,
  bytes bigint not null,
  -- SHA-256 of the file.
  sha256 bytea not null check (length(sha256) = 32),
  idempotency_key text,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  -- Who validates it, and until when nobody else may. Each claim has an owner of its own.
  owner uuid,
  lease_until timestamptz,
  -- Claims since the last progress: what ends its process again and again is given up.
  attempts integer not null default 0,
  -- Rows of the file: known once all of it was read and found sound, and no row is decided before.
  total bigint,
  -- Rows 1 to `done` are in upload_rows, and no others: both are written in one statement.
  done bigint not null default 0,
  refused bigint not null default 0,
  approve bigint not null default 0,
  review bigint not null default 0,
  block_and_review bigint not null default 0,
  decline bigint not null default 0,
  failure_code text,
  failure text,
  failure_line bigint,
  failure_column bigint,
  constraint uploads_ended check ((ended_at is not null) = (state in ('done', 'failed', 'cancelled'))),
  constraint uploads_failed check ((failure is not null) = (state = 'failed') and (failure_code is null) = (failure is null))
);

-- A key is one file, over all replicas.
create unique index uploads_idempotency_key on uploads (idempotency_key) where idempotency_key is not null;
create index uploads_open on uploads (uploaded_at) where state in ('queued', 'running');

-- One for each row of a file: its decision, or why there is none.
create table upload_rows (
  upload uuid not null references uploads,
  row bigint not null,
  line bigint not null,
  outcome text not null check (outcome in ('refused', 'approve', 'review', 'block_and_review', 'decline')),
  decision uuid,
  -- Of a refused row; those of a decision are with the decision.
  reasons json,
  primary key (upload, row),
  constraint upload_rows_decided check ((decision is null) = (outcome = 'refused') and (reasons is null) = (outcome <> 'refused'))
);
