-- What is linked already: of several owners the first one holds it, the others wait for an operator's word and go on working.
INSERT INTO account_claims(client_id, acc_account_id, owner_id, owner_name, state, since)
SELECT client_id, acc_account_id, origin_owner_id, owner_name,
    CASE WHEN row_number() OVER (PARTITION BY client_id, acc_account_id ORDER BY since, origin_owner_id) = 1 THEN 'holder' ELSE 'unresolved' END, since
FROM (
    SELECT convert_from(description, 'UTF8')::json ->> 'client_id' AS client_id, acc_account_id, origin_owner_id,
        max(coalesce(convert_from(description, 'UTF8')::json ->> 'origin_owner_name', '')) AS owner_name, min(created_at) AS since
    FROM accounts WHERE status <> 'unlinked' AND acc_account_id <> ''
    GROUP BY convert_from(description, 'UTF8')::json ->> 'client_id', acc_account_id, origin_owner_id) AS linked
WHERE client_id IS NOT NULL;
