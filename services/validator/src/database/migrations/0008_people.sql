-- New tables only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- People who sign in. Machines have API keys.
create table people (
  -- Who acts: the subject of their tokens. One spelling, so that nobody is two people by a capital letter.
  name text collate "C" primary key check (name ~ '^[a-z0-9][a-z0-9._@+-]{0,99}$' and name <> 'system'),
  display_name text not null,
  roles text[] not null check (cardinality(roles) > 0),
  -- Counts what administrators have changed; it makes the entity tag.
  revision integer not null default 1,
  -- Argon2id in the PHC string format. Null, and the secret with it, until somebody has signed up.
  password_hash text,
  -- Shared with the person's authenticator; sealed where the service has a secret to seal by.
  totp_secret bytea,
  -- The newest time step (RFC 6238) that a code was taken of: neither it nor an older one is taken again.
  totp_step bigint not null default 0,
  invited_by text not null,
  invited_at timestamptz not null default now(),
  signed_up_at timestamptz,
  locked_by text,
  locked_at timestamptz,
  constraint people_signed_up check (
    (password_hash is null) = (totp_secret is null) and (password_hash is null) = (signed_up_at is null)
  ),
  constraint people_locked check ((locked_by is null) = (locked_at is null))
);

-- At most one for each person: a newer one takes the place of the one before.
create table invitations (
  person text collate "C" primary key references people on delete cascade,
  -- SHA-256 of 256 random bits.
  hash bytea not null unique check (length(hash) = 32),
  expires_at timestamptz not null,
  -- What was chosen; it counts once a first code has shown that the authenticator has the secret.
  password_hash text,
  totp_secret bytea,
  constraint invitations_chosen check ((password_hash is null) = (totp_secret is null))
);

create table recovery_codes (
  person text collate "C" not null references people on delete cascade,
  -- SHA-256 of 80 random bits: there is nothing to guess that a slow hash would protect.
  hash bytea not null check (length(hash) = 32),
  used_at timestamptz,
  primary key (person, hash)
);

-- Ed25519 keys that access tokens are signed with, one after the other.
create table signing_keys (
  kid text collate "C" primary key,
  -- PKCS #8; sealed where the service has a secret to seal by. The public key is made of it.
  private_key bytea not null,
  -- It is published before, so that whoever verifies knows it by then.
  signs_from timestamptz not null,
  created_at timestamptz not null default now()
);

-- One row for each time that somebody signed in: the family of all refresh tokens that came of it. Whether the session
-- still lives is in Redis; that it has ended is here, where it is not lost.
create table sessions (
  id uuid primary key,
  person text collate "C" not null references people on delete cascade,
  address text not null,
  started_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('signed_out', 'reused', 'expired', 'locked', 'reset', 'password_changed')),
  constraint sessions_ended check ((ended_at is null) = (ended_why is null))
);

create index sessions_of_person on sessions (person, id) where ended_at is null;
create index sessions_by_end on sessions (expires_at);

create table refresh_tokens (
  -- SHA-256 of 256 random bits.
  hash bytea primary key check (length(hash) = 32),
  session uuid not null references sessions on delete cascade,
  made_at timestamptz not null,
  -- When its successor was made; shown once more, it is stolen.
  used_at timestamptz
);

create index refresh_tokens_of_session on refresh_tokens (session);
