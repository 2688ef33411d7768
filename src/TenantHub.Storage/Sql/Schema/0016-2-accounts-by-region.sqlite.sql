UPDATE accounts SET region = coalesce(CAST(description AS TEXT) ->> 'region', '');
