-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- What administrative acts have changed, whole, before and after. Where there is a store of documents they are moved there.
create table audit_snapshots (
  -- The act's.
  id uuid primary key,
  subject text not null,
  -- Of the subject, after the act.
  version bigint not null,
  act text not null,
  actor text not null,
  at timestamptz not null,
  -- JSON, byte for byte: the act has their hash. Null where there was none before, or is none after.
  before_document text,
  after_document text
);

create index audit_snapshots_of_subject on audit_snapshots (subject, id);
