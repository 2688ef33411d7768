-- The audit (docs/adr/0011). The head is the one row at which all writers queue.
CREATE TABLE audit(
    sequence BIGINT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    intent_sequence BIGINT UNIQUE,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hash TEXT NOT NULL);
CREATE INDEX audit_by_actor ON audit(actor, sequence);
CREATE INDEX audit_by_target ON audit(target, sequence);
CREATE INDEX audit_by_time ON audit(at);
CREATE TABLE audit_head(sequence BIGINT NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_head VALUES(0, '0000000000000000000000000000000000000000000000000000000000000000');
