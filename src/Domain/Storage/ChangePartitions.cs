namespace WeComSync.Domain.Storage;

/// <summary>
/// Divides <c>mirror.changes</c> by month of <c>at</c>, so that what is too old is dropped as a whole. PostgreSQL wants the dividing
/// column in the primary key: it is (tenant_id, seq, at). That a tenant's numbers are unique and in commit order is the counter's doing,
/// as before; a reader goes by (tenant_id, seq), which every part has as the beginning of its index.
/// </summary>
public static class ChangePartitions
{
    internal const string Divide = """
        ALTER TABLE mirror.changes RENAME TO changes_undivided;
        ALTER TABLE mirror.changes_undivided RENAME CONSTRAINT pk_changes TO pk_changes_undivided;
        CREATE TABLE mirror.changes (LIKE mirror.changes_undivided INCLUDING DEFAULTS INCLUDING STORAGE INCLUDING COMMENTS) PARTITION BY RANGE (at);
        ALTER TABLE mirror.changes ADD CONSTRAINT pk_changes PRIMARY KEY (tenant_id, seq, at);
        CREATE TABLE mirror.changes_other PARTITION OF mirror.changes DEFAULT;
        INSERT INTO mirror.changes SELECT * FROM mirror.changes_undivided;
        DROP TABLE mirror.changes_undivided
        """;

    /// <summary>
    /// Makes the part for one month, unless it is there, and moves into it what came before it was. Any number of hosts may call it.
    /// </summary>
    internal static readonly string CreateFunction = $"""
        CREATE OR REPLACE FUNCTION mirror.add_changes_month(month date) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            name text := to_char(month, '"changes_"YYYY"_"MM');
            starts timestamptz := month::timestamp AT TIME ZONE 'UTC';
            ends timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
        BEGIN
            PERFORM pg_advisory_xact_lock({AdvisoryLocks.ChangeMonths});
            IF to_regclass('mirror.' || name) IS NOT NULL THEN
                RETURN false;
            END IF;
            EXECUTE format('CREATE TABLE mirror.%I (LIKE mirror.changes INCLUDING ALL)', name);
            EXECUTE format('WITH moved AS (DELETE FROM mirror.changes_other WHERE at >= %L AND at < %L RETURNING *) INSERT INTO mirror.%I SELECT * FROM moved', starts, ends, name);
            EXECUTE format('ALTER TABLE mirror.changes ATTACH PARTITION mirror.%I FOR VALUES FROM (%L) TO (%L)', name, starts, ends);
            RETURN true;
        END $$
        """;

    internal const string Undivide = """
        DROP FUNCTION IF EXISTS mirror.add_changes_month;
        CREATE TABLE mirror.changes_whole (LIKE mirror.changes INCLUDING DEFAULTS);
        INSERT INTO mirror.changes_whole SELECT * FROM mirror.changes;
        DROP TABLE mirror.changes;
        ALTER TABLE mirror.changes_whole RENAME TO changes;
        ALTER TABLE mirror.changes ADD CONSTRAINT pk_changes PRIMARY KEY (tenant_id, seq)
        """;
}
