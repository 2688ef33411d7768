-- What waits for a person is listed by its age, whatever else has been decided since.
CREATE INDEX approvals_pending ON approvals(id) WHERE status = 'pending';
