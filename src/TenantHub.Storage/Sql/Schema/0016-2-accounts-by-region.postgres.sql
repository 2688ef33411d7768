UPDATE accounts SET region = coalesce(convert_from(description, 'UTF8')::json ->> 'region', '');
