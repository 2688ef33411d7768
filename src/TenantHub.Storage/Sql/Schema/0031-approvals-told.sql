-- What those who listen have been told of an approval: 0 nothing, 1 that it waits, 2 what became of it. Servers before this version tell at once and
-- write nothing, so theirs counts as told.
ALTER TABLE approvals ADD COLUMN told BIGINT NOT NULL DEFAULT 2;
CREATE INDEX approvals_untold ON approvals(requested_at) WHERE told < 2;
