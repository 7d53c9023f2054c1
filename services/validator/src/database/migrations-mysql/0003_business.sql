-- What PostgreSQL's step 0012 makes; the reasons for tables and columns stand there.

create table if not exists business_slices (
  starts_at datetime(6) not null,
  day char(10) character set ascii collate ascii_bin not null,
  currency varchar(16) not null,
  outcome varchar(32) not null,
  transactions bigint not null,
  volume decimal(38, 0) not null,
  primary key (starts_at, currency, outcome),
  constraint business_slices_transactions check (transactions > 0),
  constraint business_slices_volume check (volume > 0)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists business_days (
  day char(10) character set ascii collate ascii_bin not null,
  currency varchar(16) not null,
  outcome varchar(32) not null,
  transactions bigint not null,
  volume decimal(38, 0) not null,
  primary key (day, currency, outcome),
  constraint business_days_transactions check (transactions > 0),
  constraint business_days_volume check (volume > 0)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists business_progress (
  only_row boolean not null default true primary key,
  counted_to datetime(6) not null,
  checked_to datetime(6) not null,
  finished_to datetime(6) not null,
  constraint business_progress_only_row check (only_row = 1),
  constraint business_progress_in_order check (finished_to <= checked_to and checked_to <= counted_to)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

insert ignore into business_progress (only_row, counted_to, checked_to, finished_to)
values (true, '1970-01-01 00:00:00', '1970-01-01 00:00:00', '1970-01-01 00:00:00');

create index audit_events_signed_up on audit_events (act(32), subject(128), at);
