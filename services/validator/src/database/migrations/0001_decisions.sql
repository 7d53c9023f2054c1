-- One row for each decision. The row is the acknowledgement: it is committed before the 200 is sent.
create table decisions (
  -- UUIDv7, made by the service before the insert: repeating an insert whose outcome is unknown is safe.
  id uuid primary key,
  idempotency_key text,
  -- SHA-256 of the column "transaction", byte for byte: hence json, which keeps its spelling, and not jsonb.
  fingerprint bytea not null check (length(fingerprint) = 32),
  transaction json not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  outcome text not null check (outcome in ('approve', 'review', 'block_and_review', 'decline')),
  reasons json not null,
  received_at timestamptz not null,
  decided_at timestamptz not null,
  zone text not null,
  replica text not null
);

-- A key decides once, over all replicas; decisions without a key are not in the index.
create unique index decisions_idempotency_key on decisions (idempotency_key) where idempotency_key is not null;
