-- Orleans' ADO.NET storage finds its statements here: ours, on the table that is there (docs/adr/0014). The script that it comes with has
-- no key that is unique, so two first writes at once could both be stored. PostgresGrainStorage gives it whole ids as keys.
INSERT INTO OrleansQuery(QueryKey, QueryText) VALUES
('ReadFromStorageKey', '
    SELECT payload AS PayloadBinary, version::integer AS Version FROM grain_state
    WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString'),
('WriteToStorageKey', '
    WITH first AS (
        INSERT INTO grain_state(state_name, grain_id, version, payload, modified_at)
        SELECT @GrainTypeString, @GrainIdExtensionString, 1, @PayloadBinary,
            to_char(now() AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"0Z"'') WHERE @GrainStateVersion IS NULL
        ON CONFLICT DO NOTHING RETURNING version),
    next AS (
        UPDATE grain_state SET version = version + 1, payload = @PayloadBinary,
            modified_at = to_char(now() AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"0Z"'')
        WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString AND version = @GrainStateVersion RETURNING version)
    SELECT version::integer AS NewGrainStateVersion FROM first UNION ALL SELECT version::integer FROM next'),
('ClearStorageKey', '
    UPDATE grain_state SET version = version + 1, payload = NULL,
        modified_at = to_char(now() AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"0Z"'')
    WHERE state_name = @GrainTypeString AND grain_id = @GrainIdExtensionString AND version = @GrainStateVersion
    RETURNING version::integer AS NewGrainStateVersion');
