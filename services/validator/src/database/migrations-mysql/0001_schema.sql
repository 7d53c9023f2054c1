-- What steps 0001 to 0010 of PostgreSQL make, for MySQL 8.4 and MariaDB 10.11; the reasons for tables and columns stand
-- there, and only what is different here stands here. MySQL commits after each statement, so each may be repeated.
--
-- JSON is longtext: it keeps its spelling, of which hashes are taken, and both engines hand it out as text. Arrays of
-- PostgreSQL are such JSON arrays. Times are UTC. A unique index of some rows only is one of a column that is null in
-- all others. Text is compared byte for byte, except that spaces at its end do not count: where they must, it is binary.

-- What an advisory lock is in PostgreSQL: whoever has locked a row has the turn until the transaction ends.
create table if not exists turns (
  name varchar(64) not null primary key
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

insert ignore into turns (name) values ('acts'), ('anchors'), ('people'), ('rules'), ('screening'), ('signing-keys');

create table if not exists decisions (
  id char(36) character set ascii not null primary key,
  idempotency_key varchar(255),
  fingerprint binary(32) not null,
  transaction longtext not null,
  amount bigint not null,
  currency varchar(16) not null,
  debtor_account varchar(255),
  creditor_account varchar(255),
  outcome varchar(32) not null,
  score int,
  reasons longtext not null,
  rule_set_version int,
  rule_set_hash binary(32),
  rule_results longtext,
  facts longtext,
  engine varchar(255),
  received_at datetime(6) not null,
  decided_at datetime(6) not null,
  observed boolean not null default true,
  zone varchar(255) not null,
  replica varchar(255) not null,
  link_chain char(36) character set ascii,
  link_sequence bigint,
  row_hash binary(32),
  unique index decisions_idempotency_key (idempotency_key),
  index decisions_unobserved (observed, received_at),
  index decisions_received_at (received_at),
  index decisions_debtor_account (debtor_account, id),
  index decisions_creditor_account (creditor_account, id),
  index decisions_outcome (outcome, id),
  constraint decisions_transaction check (json_valid(transaction)),
  constraint decisions_reasons check (json_valid(reasons)),
  constraint decisions_rule_results check (json_valid(rule_results)),
  constraint decisions_facts check (json_valid(facts)),
  constraint decisions_amount check (amount > 0),
  constraint decisions_outcome_known check (outcome in ('approve', 'review', 'block_and_review', 'decline'))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists rule_changes (
  stamp int not null primary key,
  token char(36) character set ascii not null,
  changed_at datetime(6) not null default (utc_timestamp(6)),
  constraint rule_changes_stamp check (stamp > 0)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists rule_set_versions (
  version int not null primary key,
  state varchar(16) not null,
  revision int not null default 1,
  document longtext not null,
  hash char(64) not null,
  note text not null,
  author varchar(255) not null,
  editors longtext not null,
  approver varchar(255),
  created_at datetime(6) not null,
  edited_at datetime(6) not null,
  published_at datetime(6),
  is_live tinyint generated always as (case when state = 'live' then 1 end) virtual,
  unique index rule_set_versions_live (is_live),
  index rule_set_versions_state (state, version),
  constraint rule_set_versions_version check (version > 0),
  constraint rule_set_versions_state_known check (state in ('draft', 'shadow', 'live', 'retired')),
  constraint rule_set_versions_document check (json_valid(document)),
  constraint rule_set_versions_hash check (hash regexp '^[0-9a-f]{64}$'),
  constraint rule_set_versions_editors check (json_contains(editors, json_quote(author)) = 1),
  constraint rule_set_versions_two_people check (
    approver is null or not json_contains(editors, json_quote(approver)) or (author = 'system' and version = 1)
  ),
  constraint rule_set_versions_approved check ((approver is null) = (published_at is null)),
  constraint rule_set_versions_published check (state not in ('live', 'retired') or published_at is not null),
  constraint rule_set_versions_draft check (state <> 'draft' or published_at is null)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists rule_set_activations (
  id int not null auto_increment primary key,
  version int not null,
  kind varchar(16) not null,
  requested_by varchar(255) not null,
  approved_by varchar(255) not null,
  reason text not null,
  live_from datetime(6) not null,
  live_to datetime(6),
  is_live tinyint generated always as (case when live_to is null then 1 end) virtual,
  unique index rule_set_activations_live (is_live),
  constraint rule_set_activations_version foreign key (version) references rule_set_versions (version),
  constraint rule_set_activations_kind check (kind in ('publish', 'rollback'))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists rule_set_rollbacks (
  version int not null primary key,
  replaces int not null,
  requested_by varchar(255) not null,
  requested_at datetime(6) not null,
  reason text not null,
  constraint rule_set_rollbacks_version foreign key (version) references rule_set_versions (version),
  constraint rule_set_rollbacks_replaces foreign key (replaces) references rule_set_versions (version)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists value_lists (
  name varchar(64) not null primary key,
  description text not null,
  size int not null default 0,
  revision int not null default 1,
  created_by varchar(255) not null,
  created_at datetime(6) not null,
  changed_by varchar(255) not null,
  changed_at datetime(6) not null,
  constraint value_lists_size check (size >= 0)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists value_list_entries (
  list varchar(64) not null,
  -- Of up to 140 characters, in UTF-8: two values that differ by a space at the end are two.
  value varbinary(560) not null,
  present boolean not null,
  changed int not null,
  changed_by varchar(255) not null,
  changed_at datetime(6) not null,
  primary key (list, value),
  index value_list_entries_changed (changed),
  constraint value_list_entries_list foreign key (list) references value_lists (name)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists snoozes (
  id char(36) character set ascii not null primary key,
  rule varchar(255) not null,
  subject varchar(255) not null,
  reason text not null,
  created_by varchar(255) not null,
  created_at datetime(6) not null,
  until datetime(6) not null,
  ended_by varchar(255),
  ended_at datetime(6),
  index snoozes_until (ended_at, until),
  constraint snoozes_until_later check (until > created_at)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists audit_events (
  id char(36) character set ascii not null primary key,
  actor varchar(255) not null,
  act varchar(255) not null,
  subject varchar(512) not null,
  details longtext not null,
  at datetime(6) not null,
  row_hash binary(32),
  constraint audit_events_details check (json_valid(details))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists audit_links (
  chain char(36) character set ascii not null,
  sequence bigint not null,
  follows_chain char(36) character set ascii,
  follows_sequence bigint,
  previous binary(32) not null,
  ids longtext not null,
  row_hashes longblob not null,
  written_at datetime(6) not null,
  transaction_id bigint not null,
  hash binary(32) not null,
  primary key (chain, sequence),
  index audit_links_in_order (transaction_id, chain, sequence),
  constraint audit_links_ids check (json_valid(ids))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

-- What transaction numbers are in PostgreSQL: a link has the number of an epoch that its writer has locked with others,
-- and an epoch is deleted once nobody has (services/validator/src/audit/epochs.ts).
create table if not exists audit_epochs (
  number bigint not null auto_increment primary key
) engine = InnoDB;

insert into audit_epochs (number) select 1 from dual where not exists (select 1 from audit_epochs);

create table if not exists audit_anchors (
  number bigint not null primary key,
  at datetime(6) not null,
  previous binary(32) not null,
  through bigint not null,
  heads longtext not null,
  hash binary(32) not null,
  index audit_anchors_at (at),
  constraint audit_anchors_heads check (json_valid(heads))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists shadow_decisions (
  rule_set_version int not null,
  decision_id char(36) character set ascii not null,
  rule_set_hash binary(32) not null,
  outcome varchar(32) not null,
  score int not null,
  rule_results longtext not null,
  decided_outcome varchar(32) not null,
  primary key (rule_set_version, decision_id),
  constraint shadow_decisions_rule_results check (json_valid(rule_results))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists screening_lists (
  id char(36) character set ascii not null primary key,
  source varchar(64) not null,
  digest binary(32) not null,
  names int not null,
  imported_by varchar(255) not null,
  imported_at datetime(6) not null default (utc_timestamp(6)),
  is_current boolean not null,
  current_source varchar(64)
    generated always as (case when is_current then source end) virtual,
  unique index screening_lists_current (current_source),
  constraint screening_lists_names check (names > 0)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists screening_names (
  list char(36) character set ascii not null,
  position int not null,
  entry varchar(255) not null,
  name text not null,
  kind varchar(16) not null,
  type varchar(255) not null,
  programs text not null,
  primary key (list, position),
  constraint screening_names_list foreign key (list) references screening_lists (id) on delete cascade,
  constraint screening_names_kind check (kind in ('primary', 'aka', 'fka', 'nka'))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists screening_clearances (
  id char(36) character set ascii not null primary key,
  name varchar(512) not null,
  entry varchar(64) not null,
  reason text not null,
  cleared_by varchar(255) not null,
  cleared_at datetime(6) not null default (utc_timestamp(6)),
  until datetime(6),
  ended_by varchar(255),
  ended_at datetime(6),
  is_open tinyint generated always as (case when ended_at is null then 1 end) virtual,
  unique index screening_clearances_open (name, entry, is_open),
  constraint screening_clearances_name check (name <> '')
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists api_keys (
  id char(12) not null primary key,
  secret_hash binary(32) not null,
  name varchar(255) not null,
  owner varchar(255) not null,
  roles longtext not null,
  created_by varchar(255) not null,
  created_at datetime(6) not null default (utc_timestamp(6)),
  expires_at datetime(6),
  last_used_at datetime(6),
  replaced_by char(12),
  revoked_by varchar(255),
  revoked_at datetime(6),
  index api_keys_active (revoked_at, id),
  constraint api_keys_replaced_by foreign key (replaced_by) references api_keys (id),
  constraint api_keys_id check (id regexp '^[a-z0-9]{12}$'),
  constraint api_keys_owner check (owner <> 'system'),
  constraint api_keys_roles check (json_length(roles) > 0),
  constraint api_keys_revoked check ((revoked_by is null) = (revoked_at is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists backtests (
  id char(36) character set ascii not null primary key,
  state varchar(16) not null,
  rule_set_version int not null,
  rule_set_hash char(64) not null,
  document longtext not null,
  starts_at datetime(6) not null,
  ends_at datetime(6) not null,
  sample double not null,
  requested_by varchar(255) not null,
  requested_at datetime(6) not null,
  started_at datetime(6),
  ended_at datetime(6),
  owner char(36) character set ascii,
  lease_until datetime(6),
  attempts int not null default 0,
  claimed_at datetime(6),
  claimed_done bigint not null default 0,
  total bigint,
  done bigint not null default 0,
  position char(36) character set ascii,
  accumulated longtext,
  progressed_at datetime(6),
  failure_code varchar(255),
  failure text,
  index backtests_open (state, requested_at),
  constraint backtests_rule_set_version foreign key (rule_set_version) references rule_set_versions (version),
  constraint backtests_state check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  constraint backtests_rule_set_hash check (rule_set_hash regexp '^[0-9a-f]{64}$'),
  constraint backtests_document check (json_valid(document)),
  constraint backtests_accumulated check (json_valid(accumulated)),
  constraint backtests_ends_at check (ends_at > starts_at),
  constraint backtests_sample check (sample > 0 and sample <= 1),
  constraint backtests_ended check ((ended_at is not null) = (state in ('done', 'failed', 'cancelled'))),
  constraint backtests_failed check ((failure is not null) = (state = 'failed')),
  constraint backtests_failure_code check ((failure_code is null) = (failure is null)),
  constraint backtests_done check (state <> 'done' or accumulated is not null)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists people (
  name varchar(100) not null primary key,
  display_name varchar(255) not null,
  roles longtext not null,
  revision int not null default 1,
  password_hash varchar(255),
  totp_secret varbinary(255),
  totp_step bigint not null default 0,
  invited_by varchar(255) not null,
  invited_at datetime(6) not null default (utc_timestamp(6)),
  signed_up_at datetime(6),
  locked_by varchar(255),
  locked_at datetime(6),
  -- `$` would let a line feed at the end pass.
  constraint people_name check (name regexp '^[a-z0-9]' and not name regexp '[^a-z0-9._@+-]' and name <> 'system'),
  constraint people_roles check (json_length(roles) > 0),
  constraint people_secret check ((password_hash is null) = (totp_secret is null)),
  constraint people_signed_up check ((password_hash is null) = (signed_up_at is null)),
  constraint people_locked check ((locked_by is null) = (locked_at is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists invitations (
  person varchar(100) not null primary key,
  hash binary(32) not null,
  expires_at datetime(6) not null,
  password_hash varchar(255),
  totp_secret varbinary(255),
  unique index invitations_hash (hash),
  constraint invitations_person foreign key (person) references people (name) on delete cascade,
  constraint invitations_chosen check ((password_hash is null) = (totp_secret is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists recovery_codes (
  person varchar(100) not null,
  hash binary(32) not null,
  used_at datetime(6),
  primary key (person, hash),
  constraint recovery_codes_person foreign key (person) references people (name) on delete cascade
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists signing_keys (
  kid varchar(64) not null primary key,
  private_key varbinary(1024) not null,
  signs_from datetime(6) not null,
  created_at datetime(6) not null default (utc_timestamp(6))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists sessions (
  id char(36) character set ascii not null primary key,
  person varchar(100) not null,
  address varchar(255) not null,
  started_at datetime(6) not null,
  last_used_at datetime(6) not null,
  expires_at datetime(6) not null,
  ended_at datetime(6),
  ended_why varchar(32),
  index sessions_of_person (person, ended_at, id),
  index sessions_by_end (expires_at),
  constraint sessions_person foreign key (person) references people (name) on delete cascade,
  constraint sessions_ended_why check (
    ended_why in ('signed_out', 'reused', 'expired', 'locked', 'reset', 'password_changed')
  ),
  constraint sessions_ended check ((ended_at is null) = (ended_why is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists refresh_tokens (
  hash binary(32) not null primary key,
  session char(36) character set ascii not null,
  made_at datetime(6) not null,
  used_at datetime(6),
  index refresh_tokens_of_session (session),
  constraint refresh_tokens_session foreign key (session) references sessions (id) on delete cascade
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists cases (
  id char(36) character set ascii not null primary key,
  state varchar(16) not null,
  revision int not null default 1,
  severity varchar(32) not null,
  score int not null,
  account varchar(255),
  counterparty varchar(255),
  alerts int not null default 1,
  opened_at datetime(6) not null,
  last_alert_at datetime(6) not null,
  due_at datetime(6) not null,
  assignee varchar(255),
  assigned_at datetime(6),
  outcome varchar(32),
  closed_by varchar(255),
  closed_at datetime(6),
  index cases_queue (state, due_at, score desc, id),
  index cases_of_assignee (assignee, id),
  index cases_by_account (account, id),
  index cases_by_counterparty (counterparty, id),
  constraint cases_state check (state in ('pending', 'investigating', 'closed')),
  constraint cases_severity check (severity in ('review', 'block_and_review')),
  constraint cases_alerts check (alerts > 0),
  constraint cases_outcome check (outcome in ('confirmed_risk', 'false_positive')),
  constraint cases_assigned check ((assignee is null) = (assigned_at is null)),
  constraint cases_pending check ((state = 'pending') = (state <> 'closed' and assignee is null)),
  constraint cases_closed check ((state = 'closed') = (closed_at is not null)),
  constraint cases_closed_by check ((closed_at is null) = (closed_by is null)),
  constraint cases_closed_outcome check ((closed_at is null) = (outcome is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists alerts (
  decision_id char(36) character set ascii not null primary key,
  case_id char(36) character set ascii not null,
  outcome varchar(32) not null,
  score int not null,
  raised_at datetime(6) not null,
  index alerts_of_case (case_id, decision_id),
  constraint alerts_case foreign key (case_id) references cases (id)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists case_events (
  id bigint not null auto_increment primary key,
  case_id char(36) character set ascii not null,
  at datetime(6) not null,
  actor varchar(255) not null,
  kind varchar(32) not null,
  details longtext not null,
  index case_events_of_case (case_id, id),
  constraint case_events_case foreign key (case_id) references cases (id),
  constraint case_events_kind check (
    kind in ('opened', 'alert_added', 'assigned', 'released', 'noted', 'closed')
  ),
  constraint case_events_details check (json_valid(details))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists alert_progress (
  only_row boolean not null default true primary key,
  read_to datetime(6) not null,
  swept_at datetime(6) not null,
  constraint alert_progress_only_row check (only_row = 1)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

insert ignore into alert_progress (only_row, read_to, swept_at) values (true, utc_timestamp(6), utc_timestamp(6));

create table if not exists uploads (
  id char(36) character set ascii not null primary key,
  state varchar(16) not null,
  format varchar(16) not null,
  name varchar(255),
  bytes bigint not null,
  sha256 binary(32) not null,
  idempotency_key varchar(255),
  uploaded_by varchar(255) not null,
  uploaded_at datetime(6) not null,
  started_at datetime(6),
  ended_at datetime(6),
  owner char(36) character set ascii,
  lease_until datetime(6),
  attempts int not null default 0,
  total bigint,
  done bigint not null default 0,
  refused bigint not null default 0,
  approve bigint not null default 0,
  review bigint not null default 0,
  block_and_review bigint not null default 0,
  decline bigint not null default 0,
  failure_code varchar(255),
  failure text,
  failure_line bigint,
  failure_column bigint,
  unique index uploads_idempotency_key (idempotency_key),
  index uploads_open (state, uploaded_at),
  constraint uploads_state check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  constraint uploads_format check (format in ('csv', 'ndjson', 'iso20022', 'nacha')),
  constraint uploads_ended check ((ended_at is not null) = (state in ('done', 'failed', 'cancelled'))),
  constraint uploads_failed check ((failure is not null) = (state = 'failed')),
  constraint uploads_failure_code check ((failure_code is null) = (failure is null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists upload_rows (
  upload char(36) character set ascii not null,
  `row` bigint not null,
  line bigint not null,
  outcome varchar(32) not null,
  decision char(36) character set ascii,
  reasons longtext,
  primary key (upload, `row`),
  constraint upload_rows_upload foreign key (upload) references uploads (id),
  constraint upload_rows_outcome check (outcome in ('refused', 'approve', 'review', 'block_and_review', 'decline')),
  constraint upload_rows_decision check ((decision is null) = (outcome = 'refused')),
  constraint upload_rows_reasons check ((reasons is null) = (outcome <> 'refused')),
  constraint upload_rows_json check (json_valid(reasons))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;
