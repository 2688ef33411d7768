UPDATE accounts SET acc_account_id = coalesce(CAST(description AS TEXT) ->> 'acc_account_id', '');
