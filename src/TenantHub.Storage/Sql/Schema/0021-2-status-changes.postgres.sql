UPDATE accounts SET status_since = coalesce(replace(convert_from(description, 'UTF8')::json ->> 'status_since', '+00:00', 'Z'), ''),
    client_id = coalesce(convert_from(description, 'UTF8')::json ->> 'client_id', '');
