-- The directory's indexes end in created_at and id, so a page comes out of the index in its order. Unlinked accounts are kept but seldom
-- asked for: the usual list has an index without them.
CREATE TABLE grain_state(
    state_name TEXT NOT NULL,
    grain_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    payload BYTES,
    modified_at TEXT NOT NULL,
    PRIMARY KEY(state_name, grain_id));
CREATE TABLE accounts(
    id TEXT NOT NULL PRIMARY KEY,
    origin_owner_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revision BIGINT NOT NULL,
    description BYTES NOT NULL);
CREATE INDEX accounts_linked ON accounts(created_at, id) WHERE status <> 'unlinked';
CREATE INDEX accounts_by_owner ON accounts(origin_owner_id, created_at, id);
CREATE INDEX accounts_by_status ON accounts(status, created_at, id);
