namespace WeComSync.Domain.Storage;

/// <summary>What the database itself refuses, whoever asks: to change a platform's binding, and to change what the audit log says.</summary>
internal static class ConsoleTriggers
{
    public const string Create = """
        CREATE FUNCTION control.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
        END $$;

        CREATE TRIGGER platform_bindings_are_final BEFORE UPDATE OR DELETE ON control.platform_bindings
        FOR EACH ROW EXECUTE FUNCTION control.refuse_change('The binding of platform and enterprise is made once and never changed.');

        CREATE TRIGGER platform_bindings_stay BEFORE TRUNCATE ON control.platform_bindings
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change('The binding of platform and enterprise is made once and never changed.');

        CREATE TRIGGER audit_is_final BEFORE UPDATE OR DELETE ON control.audit
        FOR EACH ROW EXECUTE FUNCTION control.refuse_change('The audit log is never changed.');

        CREATE TRIGGER audit_stays BEFORE TRUNCATE ON control.audit
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change('The audit log is never changed.');

        -- An object's history. Without the many rows that a first sync creates, whose time the object's own row has.
        CREATE INDEX ix_changes_object ON mirror.changes (tenant_id, entity, key, seq) WHERE op <> 'created';
        """;

    public const string Drop = """
        DROP INDEX mirror.ix_changes_object;
        DROP TRIGGER audit_stays ON control.audit;
        DROP TRIGGER audit_is_final ON control.audit;
        DROP TRIGGER platform_bindings_stay ON control.platform_bindings;
        DROP TRIGGER platform_bindings_are_final ON control.platform_bindings;
        DROP FUNCTION control.refuse_change();
        """;
}
