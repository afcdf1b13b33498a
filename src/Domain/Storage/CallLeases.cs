namespace WeComSync.Domain.Storage;

/// <summary>
/// The function that hands out calls of a budget: no more than the limit in any minute and any hour, wherever these begin, over all
/// processes. It counts in twelfths, one more than fit into the window; a lease is good for the twelfth of a minute it was given in.
/// </summary>
internal static class CallLeases
{
    public const string Create = $"""
        CREATE OR REPLACE FUNCTION control.lease_calls(
            scope_ text, endpoint_ text, now_ timestamptz, per_minute int, per_hour int, wanted int, back int, back_at timestamptz,
            OUT granted int, OUT wait interval)
        LANGUAGE plpgsql AS $$
        DECLARE
            at double precision := extract(epoch FROM now_);
            part_m bigint := floor(at / 5);
            part_h bigint := floor(at / 300);
            room int;
            free_at double precision := at;
            w record;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('{AdvisoryLocks.CallBudget}' || scope_ || ':' || endpoint_, 0));
            DELETE FROM control.call_budgets b WHERE b.scope = scope_ AND b.endpoint = endpoint_
                AND b.part < CASE b.window_seconds WHEN 60 THEN part_m - 12 ELSE part_h - 12 END;
            IF back > 0 THEN
                UPDATE control.call_budgets b SET granted = greatest(0, b.granted - back) WHERE b.scope = scope_ AND b.endpoint = endpoint_
                    AND b.part = CASE b.window_seconds WHEN 60 THEN floor(extract(epoch FROM back_at) / 5) ELSE floor(extract(epoch FROM back_at) / 300) END;
            END IF;
            granted := wanted;
            FOR w IN SELECT * FROM (VALUES (60, 5, per_minute), (3600, 300, per_hour)) AS v(seconds, part, most) LOOP
                SELECT w.most - coalesce(sum(b.granted), 0) INTO room FROM control.call_budgets b
                    WHERE b.scope = scope_ AND b.endpoint = endpoint_ AND b.window_seconds = w.seconds;
                granted := greatest(0, least(granted, room));
                IF room <= 0 THEN
                    SELECT greatest(free_at, (min(b.part) + 13) * w.part) INTO free_at FROM control.call_budgets b
                        WHERE b.scope = scope_ AND b.endpoint = endpoint_ AND b.window_seconds = w.seconds AND b.granted > 0;
                END IF;
            END LOOP;
            wait := make_interval(secs => greatest(0, free_at - at));
            IF granted > 0 THEN
                INSERT INTO control.call_budgets AS b (scope, endpoint, window_seconds, part, granted)
                    VALUES (scope_, endpoint_, 60, part_m, lease_calls.granted), (scope_, endpoint_, 3600, part_h, lease_calls.granted)
                    ON CONFLICT (scope, endpoint, window_seconds, part) DO UPDATE SET granted = b.granted + EXCLUDED.granted;
                wait := interval '0';
            END IF;
        END $$
        """;

    public const string Drop = "DROP FUNCTION IF EXISTS control.lease_calls";
}
