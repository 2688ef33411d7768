-- The few rows of cleared states are found by their age, without a look at all others (RetentionSweep).
CREATE INDEX grain_state_cleared ON grain_state(modified_at) WHERE payload IS NULL;
