-- What PostgreSQL's step 0011 makes; the reasons for tables and columns stand there.

create table if not exists event_outbox (
  number bigint not null auto_increment primary key,
  event longtext not null,
  constraint event_outbox_event check (json_valid(event))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists event_log (
  last bigint not null primary key,
  events int not null,
  decisions longtext,
  event longtext,
  logged_at datetime(6) not null,
  index event_log_logged_at (logged_at),
  constraint event_log_last check (last > 0),
  constraint event_log_events check (events > 0),
  constraint event_log_decisions check (json_valid(decisions)),
  constraint event_log_event check (json_valid(event)),
  constraint event_log_one check ((decisions is null) <> (event is null) and (event is null or events = 1))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists event_relay (
  only_row boolean not null default true primary key,
  holder char(36) character set ascii,
  lease_until datetime(6),
  term char(36) character set ascii,
  term_from bigint not null default 0,
  links_read varchar(255) character set ascii collate ascii_bin not null,
  logged bigint not null default 0,
  durable bigint not null default 0,
  published bigint not null default 0,
  constraint event_relay_only_row check (only_row = 1)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

insert ignore into event_relay (only_row, links_read) values (true, '');

create table if not exists webhooks (
  id char(36) character set ascii not null primary key,
  url text not null,
  description varchar(255) not null,
  kinds longtext not null,
  secret varbinary(255) not null,
  previous_secret varbinary(255),
  previous_until datetime(6),
  state varchar(16) character set ascii collate ascii_bin not null,
  disabled_because varchar(16) character set ascii collate ascii_bin,
  revision int not null default 1,
  created_by varchar(255) not null,
  created_at datetime(6) not null,
  handled bigint not null,
  failing_since datetime(6),
  constraint webhooks_kinds check (json_valid(kinds)),
  constraint webhooks_state check (state in ('enabled', 'disabled')),
  constraint webhooks_disabled_because check (disabled_because in ('person', 'failing', 'gone')),
  constraint webhooks_disabled check ((state = 'disabled') = (disabled_because is not null))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;

create table if not exists webhook_deliveries (
  webhook char(36) character set ascii not null,
  event bigint not null,
  event_id char(36) character set ascii not null,
  kind varchar(64) character set ascii collate ascii_bin not null,
  order_key varchar(255) not null,
  state varchar(16) character set ascii collate ascii_bin not null,
  attempts int not null,
  next_at datetime(6),
  failed_at datetime(6),
  status int,
  failure text,
  primary key (webhook, event),
  constraint webhook_deliveries_webhook foreign key (webhook) references webhooks (id) on delete cascade,
  constraint webhook_deliveries_state check (state in ('waiting', 'dead'))
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;
