-- What PostgreSQL's step 0013 makes; the reasons for tables and columns stand there.

create table if not exists audit_snapshots (
  id char(36) character set ascii not null primary key,
  subject varchar(512) not null,
  version bigint not null,
  act varchar(255) not null,
  actor varchar(255) not null,
  at datetime(6) not null,
  before_document longtext,
  after_document longtext,
  key audit_snapshots_of_subject (subject, id)
) engine = InnoDB character set utf8mb4 collate utf8mb4_bin;
