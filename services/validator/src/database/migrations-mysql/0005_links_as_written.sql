-- Links of one epoch are told in the order in which they were begun (services/validator/src/audit/order.ts). PostgreSQL has
-- a transaction number for each, and needs no such index.
create index audit_links_as_written on audit_links (transaction_id, written_at, chain, sequence);
