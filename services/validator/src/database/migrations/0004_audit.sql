-- What a decision was based on, what proves that nobody altered it, and what finds it again.

-- Other decisions wait while this waits for its locks: better to fail, and to be tried again at a quieter time.
set local lock_timeout = '5s';

-- Null in decisions that are older than this step.
alter table decisions
  add column score integer,
  add column rule_set_version integer,
  -- SHA-256 of the rule set's canonical JSON: finds the very version that decided.
  add column rule_set_hash bytea,
  -- Results of the rules that had one, with the values that they saw.
  add column rule_results json,
  -- All that checks and rules were told beside the transaction: with it the decision can be made again.
  add column facts json,
  -- Version of the service that decided.
  add column engine text,
  add column debtor_account text,
  add column creditor_account text,
  -- The link of audit_links that holds this row.
  add column link_chain uuid,
  add column link_sequence bigint,
  -- SHA-256 of the other columns, without link_* and observed (services/validator/src/decisions/row.ts).
  add column row_hash bytea;

-- Bloom filters of a few hundred rows each: nothing to keep up on the way of an insert, and what is asked for seldom
-- reads one block in a thousand too many.
create index decisions_accounts on decisions using brin (
  debtor_account text_bloom_ops (n_distinct_per_range = 800, false_positive_rate = 0.001),
  creditor_account text_bloom_ops (n_distinct_per_range = 800, false_positive_rate = 0.001)
) with (autosummarize = on);

-- Few decisions are no approvals, and they are the ones that are looked for.
create index decisions_not_approved on decisions (outcome, id) where outcome <> 'approve';

-- One link for each batch of rows that was written at once. Nothing here is ever updated or deleted.
create table audit_links (
  -- Each connection of a replica has a chain of its own; the nil UUID is the chain of the administrative acts.
  chain uuid not null,
  sequence bigint not null,
  -- Only in the first link of a chain, and there only if it follows a link of another chain.
  follows_chain uuid,
  follows_sequence bigint,
  -- Hash of the link before.
  previous bytea not null,
  -- The rows: decisions, or audit_events in the chain of the acts. In ascending order.
  ids uuid[] not null,
  -- Their row hashes in that order, one after the other.
  row_hashes bytea not null,
  written_at timestamptz not null,
  -- Of the transaction that wrote link and rows: all below the oldest one in progress are there to stay.
  transaction_id bigint not null,
  hash bytea not null,
  primary key (chain, sequence)
);

create index audit_links_in_order on audit_links (transaction_id, chain, sequence);

-- Holds, about once a second, where all chains stood: a chain cut off at its end, or missing as a whole, is missed here.
create table audit_anchors (
  number bigint primary key,
  at timestamptz not null,
  -- Hash of the anchor before.
  previous bytea not null,
  -- Transactions below this one are held by this anchor and those before.
  through bigint not null,
  -- [chain, sequence, hash] of the newest link of each chain that grew since the anchor before.
  heads json not null,
  hash bytea not null
);

create index audit_anchors_at on audit_anchors (at);

alter table audit_events add column row_hash bytea;

-- What the versions that run in the shadow would have decided. Best effort: some may be missing.
create table shadow_decisions (
  rule_set_version integer not null,
  decision_id uuid not null,
  rule_set_hash bytea not null,
  outcome text not null,
  score integer not null,
  rule_results json not null,
  -- The outcome that was answered, to compare with.
  decided_outcome text not null,
  primary key (rule_set_version, decision_id)
);
