-- A new table only: nothing that decisions read or write waits for this step.
set local lock_timeout = '5s';

-- Keys of people and machines. A key is shown once, when it is made; what is here does not open anything.
create table api_keys (
  -- The public half of the key: vk_<id>_<secret>.
  id text collate "C" primary key check (id ~ '^[a-z0-9]{12}$'),
  -- SHA-256 of the secret half, which is 256 random bits: there is nothing to guess that a slow hash would protect.
  secret_hash bytea not null check (length(secret_hash) = 32),
  name text not null,
  -- Who acts with it: the keys of one owner are one person.
  owner text not null check (owner <> 'system'),
  roles text[] not null check (cardinality(roles) > 0),
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  -- To the minute; written by the replicas when they notice.
  last_used_at timestamptz,
  -- The key that took its place.
  replaced_by text collate "C" references api_keys,
  revoked_by text,
  revoked_at timestamptz,
  constraint api_keys_revoked check ((revoked_by is null) = (revoked_at is null))
);

create index api_keys_active on api_keys (id) where revoked_at is null;
