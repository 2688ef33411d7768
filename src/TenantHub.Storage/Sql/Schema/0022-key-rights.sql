-- What the actions of a key's holder are limited to, as JSON; null when they are not.
ALTER TABLE api_keys ADD COLUMN rights TEXT;
