-- The call log, a row for each batch of calls (CallBatch). Rows of call_log are read until they are too old; no more are written.
CREATE TABLE call_batches(
    id TEXT NOT NULL PRIMARY KEY,
    first_id TEXT NOT NULL,
    records BIGINT NOT NULL,
    min_duration BIGINT NOT NULL,
    max_duration BIGINT NOT NULL,
    min_status BIGINT NOT NULL,
    max_status BIGINT NOT NULL,
    spans TEXT NOT NULL,
    filter BYTES NOT NULL,
    body BYTES NOT NULL);
CREATE INDEX call_batches_small ON call_batches(id) WHERE records < 64;
