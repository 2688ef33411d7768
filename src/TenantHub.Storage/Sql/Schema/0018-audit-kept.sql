-- The head up to which the audit was found sound, sealed with the key ring (docs/audit.md).
CREATE TABLE audit_kept(
    sequence BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    at TEXT NOT NULL,
    seal TEXT NOT NULL);
