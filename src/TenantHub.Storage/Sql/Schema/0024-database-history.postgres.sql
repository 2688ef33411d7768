-- Which history of the database this is: one row. It differs from what the server says of itself after a fail-over to a standby or a
-- restored backup, and then the last writes may be missing.
CREATE TABLE database_history(history TEXT NOT NULL, changed_at TEXT);
