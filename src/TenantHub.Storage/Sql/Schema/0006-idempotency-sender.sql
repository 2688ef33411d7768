-- Who may send under a key, when more than one hub has come to think so.
ALTER TABLE idempotency ADD COLUMN sending_at TEXT NOT NULL DEFAULT '';
UPDATE idempotency SET sending_at = created_at;
