using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "control");

            migrationBuilder.EnsureSchema(
                name: "mirror");

            migrationBuilder.CreateTable(
                name: "access_tokens",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    token = table.Column<string>(type: "text", nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    obtained_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_access_tokens", x => new { x.tenant_id, x.channel });
                });

            migrationBuilder.CreateTable(
                name: "change_counters",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    last_seq = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_change_counters", x => x.tenant_id);
                });

            migrationBuilder.CreateTable(
                name: "changes",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    seq = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entity = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "jsonb", nullable: false),
                    op = table.Column<string>(type: "text", nullable: false),
                    fields = table.Column<string[]>(type: "text[]", nullable: false),
                    after = table.Column<string>(type: "jsonb", nullable: true),
                    cause = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_changes", x => new { x.tenant_id, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "contact_tag_departments",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    tag_id = table.Column<long>(type: "bigint", nullable: false),
                    department_id = table.Column<long>(type: "bigint", nullable: false),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_tag_departments", x => new { x.tenant_id, x.tag_id, x.department_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_tag_users",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    tag_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_tag_users", x => new { x.tenant_id, x.tag_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "contact_tags",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    tag_id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_tags", x => new { x.tenant_id, x.tag_id });
                });

            migrationBuilder.CreateTable(
                name: "data_protection_keys",
                schema: "control",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    friendly_name = table.Column<string>(type: "text", nullable: false),
                    xml = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_protection_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "departments",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: true),
                    name = table.Column<string>(type: "text", nullable: true),
                    name_en = table.Column<string>(type: "text", nullable: true),
                    sort_order = table.Column<long>(type: "bigint", nullable: true),
                    leaders = table.Column<string[]>(type: "text[]", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_departments", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "field_grants",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    field = table.Column<string>(type: "text", nullable: false),
                    granted = table.Column<bool>(type: "boolean", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_field_grants", x => new { x.tenant_id, x.field });
                });

            migrationBuilder.CreateTable(
                name: "held_removals",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    entity = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "jsonb", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decision = table.Column<string>(type: "text", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_held_removals", x => new { x.tenant_id, x.run_id, x.entity, x.key });
                });

            migrationBuilder.CreateTable(
                name: "merge_fences",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    part = table.Column<string>(type: "text", nullable: false),
                    fence = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_merge_fences", x => new { x.tenant_id, x.part });
                });

            migrationBuilder.CreateTable(
                name: "scheduled_effects",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    instant = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    job_id = table.Column<string>(type: "text", nullable: false),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_scheduled_effects", x => new { x.tenant_id, x.kind, x.instant });
                });

            migrationBuilder.CreateTable(
                name: "secret_probe",
                schema: "control",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    @protected = table.Column<string>(name: "protected", type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_secret_probe", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sync_errors",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    entity = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: true),
                    code = table.Column<int>(type: "integer", nullable: true),
                    message = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sync_errors", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "sync_runs",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    kind = table.Column<string>(type: "text", nullable: false),
                    part = table.Column<string>(type: "text", nullable: false),
                    trigger = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    phase = table.Column<string>(type: "text", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: false),
                    fence = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    heartbeat_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    dry_run = table.Column<bool>(type: "boolean", nullable: false),
                    expected = table.Column<int>(type: "integer", nullable: false),
                    read = table.Column<int>(type: "integer", nullable: false),
                    created = table.Column<int>(type: "integer", nullable: false),
                    changed = table.Column<int>(type: "integer", nullable: false),
                    unchanged = table.Column<int>(type: "integer", nullable: false),
                    removed = table.Column<int>(type: "integer", nullable: false),
                    restored = table.Column<int>(type: "integer", nullable: false),
                    renamed = table.Column<int>(type: "integer", nullable: false),
                    held = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    api_calls = table.Column<int>(type: "integer", nullable: false),
                    counts = table.Column<string>(type: "jsonb", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    action = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sync_runs", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "tenants",
                schema: "control",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false),
                    corp_id = table.Column<string>(type: "text", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    callback_key = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    stopped_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    stopped_code = table.Column<int>(type: "integer", nullable: true),
                    stopped_reason = table.Column<string>(type: "text", nullable: true),
                    stopped_action = table.Column<string>(type: "text", nullable: true),
                    max_removed_percent = table.Column<int>(type: "integer", nullable: false),
                    max_removed = table.Column<int>(type: "integer", nullable: false),
                    fetch_child_honoured = table.Column<bool>(type: "boolean", nullable: true),
                    too_large_subtree = table.Column<int>(type: "integer", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenants", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "user_departments",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    department_id = table.Column<long>(type: "bigint", nullable: false),
                    sort_order = table.Column<long>(type: "bigint", nullable: true),
                    is_leader = table.Column<bool>(type: "boolean", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_departments", x => new { x.tenant_id, x.user_id, x.department_id });
                });

            migrationBuilder.CreateTable(
                name: "users",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true),
                    alias = table.Column<string>(type: "text", nullable: true),
                    english_name = table.Column<string>(type: "text", nullable: true),
                    position = table.Column<string>(type: "text", nullable: true),
                    mobile = table.Column<string>(type: "text", nullable: true),
                    email = table.Column<string>(type: "text", nullable: true),
                    biz_mail = table.Column<string>(type: "text", nullable: true),
                    gender = table.Column<short>(type: "smallint", nullable: true),
                    avatar = table.Column<string>(type: "text", nullable: true),
                    thumb_avatar = table.Column<string>(type: "text", nullable: true),
                    qr_code = table.Column<string>(type: "text", nullable: true),
                    telephone = table.Column<string>(type: "text", nullable: true),
                    address = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<short>(type: "smallint", nullable: true),
                    main_department_id = table.Column<long>(type: "bigint", nullable: true),
                    direct_leaders = table.Column<string[]>(type: "text[]", nullable: true),
                    extattr = table.Column<string>(type: "jsonb", nullable: true),
                    external_position = table.Column<string>(type: "text", nullable: true),
                    external_profile = table.Column<string>(type: "jsonb", nullable: true),
                    open_userid = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: false),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => new { x.tenant_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "archive_keys",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    pem = table.Column<string>(type: "text", nullable: false),
                    set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archive_keys", x => new { x.tenant_id, x.version });
                    table.ForeignKey(
                        name: "fk_archive_keys_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "control",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "schedules",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    cron = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedules", x => new { x.tenant_id, x.kind });
                    table.ForeignKey(
                        name: "fk_schedules_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "control",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "wecom_settings",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    agent_id = table.Column<long>(type: "bigint", nullable: true),
                    secret = table.Column<string>(type: "text", nullable: true),
                    secret_set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    token = table.Column<string>(type: "text", nullable: true),
                    encoding_aes_key = table.Column<string>(type: "text", nullable: true),
                    callback_set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    former_token = table.Column<string>(type: "text", nullable: true),
                    former_encoding_aes_key = table.Column<string>(type: "text", nullable: true),
                    former_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_wecom_settings", x => new { x.tenant_id, x.channel });
                    table.ForeignKey(
                        name: "fk_wecom_settings_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalSchema: "control",
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_contact_tag_users_tenant_id_user_id",
                schema: "mirror",
                table: "contact_tag_users",
                columns: new[] { "tenant_id", "user_id" });

            migrationBuilder.CreateIndex(
                name: "ix_departments_tenant_id_parent_id",
                schema: "mirror",
                table: "departments",
                columns: new[] { "tenant_id", "parent_id" });

            migrationBuilder.CreateIndex(
                name: "ix_held_removals_tenant_id_decision",
                schema: "control",
                table: "held_removals",
                columns: new[] { "tenant_id", "decision" });

            migrationBuilder.CreateIndex(
                name: "ix_sync_errors_tenant_id_run_id",
                schema: "control",
                table: "sync_errors",
                columns: new[] { "tenant_id", "run_id" });

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_id",
                schema: "control",
                table: "sync_runs",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_tenant_id_part",
                schema: "control",
                table: "sync_runs",
                columns: new[] { "tenant_id", "part" },
                unique: true,
                filter: "state = 'running'");

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_tenant_id_started_at",
                schema: "control",
                table: "sync_runs",
                columns: new[] { "tenant_id", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_tenants_callback_key",
                schema: "control",
                table: "tenants",
                column: "callback_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_tenants_key",
                schema: "control",
                table: "tenants",
                column: "key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_user_departments_tenant_id_department_id",
                schema: "mirror",
                table: "user_departments",
                columns: new[] { "tenant_id", "department_id" });

            // User ids are compared without case; "C" folds exactly the ASCII letters that WeCom allows.
            migrationBuilder.Sql("""
                CREATE UNIQUE INDEX ix_users_user_key ON mirror.users (tenant_id, lower(user_id))
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "access_tokens",
                schema: "control");

            migrationBuilder.DropTable(
                name: "archive_keys",
                schema: "control");

            migrationBuilder.DropTable(
                name: "change_counters",
                schema: "control");

            migrationBuilder.DropTable(
                name: "changes",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "contact_tag_departments",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "contact_tag_users",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "contact_tags",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "data_protection_keys",
                schema: "control");

            migrationBuilder.DropTable(
                name: "departments",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "field_grants",
                schema: "control");

            migrationBuilder.DropTable(
                name: "held_removals",
                schema: "control");

            migrationBuilder.DropTable(
                name: "merge_fences",
                schema: "control");

            migrationBuilder.DropTable(
                name: "scheduled_effects",
                schema: "control");

            migrationBuilder.DropTable(
                name: "schedules",
                schema: "control");

            migrationBuilder.DropTable(
                name: "secret_probe",
                schema: "control");

            migrationBuilder.DropTable(
                name: "sync_errors",
                schema: "control");

            migrationBuilder.DropTable(
                name: "sync_runs",
                schema: "control");

            migrationBuilder.DropTable(
                name: "user_departments",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "users",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "wecom_settings",
                schema: "control");

            migrationBuilder.DropTable(
                name: "tenants",
                schema: "control");
        }
    }
}
