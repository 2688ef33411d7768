UPDATE accounts SET acc_account_id = coalesce(convert_from(description, 'UTF8')::json ->> 'acc_account_id', '');
