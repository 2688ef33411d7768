-- Which names a batch's filter has (CallBatchFilter.Named). Servers before this version write none, so theirs have the first.
ALTER TABLE call_batches ADD COLUMN named BIGINT NOT NULL DEFAULT 1;
