UPDATE accounts SET status_since = coalesce(replace(CAST(description AS TEXT) ->> 'status_since', '+00:00', 'Z'), ''),
    client_id = coalesce(CAST(description AS TEXT) ->> 'client_id', '');
