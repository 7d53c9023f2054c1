-- What the velocity windows need of the decisions: Redis holds the windows, and they are rebuilt from these rows.
-- Whoever cannot lock the table soon gives up and tries again: decisions that wait behind it would time out.
set local lock_timeout = '2s';

-- False where Redis was away when the transaction was decided: a reconciler adds it later, and makes it true.
alter table decisions add column observed boolean not null default true;

-- Holds those few rows only, so that the others pay nothing for it.
create index decisions_unobserved on decisions (received_at) where not observed;

-- A rebuild reads all rows of a stretch of time. They lie in about the order in which they were received, so ranges of
-- blocks find them, and an insert pays next to nothing.
create index decisions_received_at on decisions using brin (received_at)
  with (pages_per_range = 32, autosummarize = on);
