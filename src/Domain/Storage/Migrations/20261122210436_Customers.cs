using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Customers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "contact_notices",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    external_user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: true),
                    welcome_code = table.Column<string>(type: "text", nullable: true),
                    fail_reason = table.Column<string>(type: "text", nullable: true),
                    pending = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_contact_notices", x => new { x.tenant_id, x.event_id });
                });

            migrationBuilder.CreateTable(
                name: "corp_tag_groups",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    group_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true),
                    sort_order = table.Column<long>(type: "bigint", nullable: true),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_corp_tag_groups", x => new { x.tenant_id, x.group_id });
                });

            migrationBuilder.CreateTable(
                name: "corp_tags",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    tag_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    group_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true),
                    sort_order = table.Column<long>(type: "bigint", nullable: true),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    type = table.Column<short>(type: "smallint", nullable: false),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_corp_tags", x => new { x.tenant_id, x.tag_id });
                });

            migrationBuilder.CreateTable(
                name: "customer_pulls",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    pull = table.Column<long>(type: "bigint", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    chats_after = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_pulls", x => x.tenant_id);
                });

            migrationBuilder.CreateTable(
                name: "customers",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    external_user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true),
                    type = table.Column<short>(type: "smallint", nullable: true),
                    gender = table.Column<short>(type: "smallint", nullable: true),
                    avatar = table.Column<string>(type: "text", nullable: true),
                    unionid = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    position = table.Column<string>(type: "text", nullable: true),
                    corp_name = table.Column<string>(type: "text", nullable: true),
                    corp_full_name = table.Column<string>(type: "text", nullable: true),
                    external_profile = table.Column<string>(type: "jsonb", nullable: true),
                    visible = table.Column<bool>(type: "boolean", nullable: false),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customers", x => new { x.tenant_id, x.external_user_id });
                });

            migrationBuilder.CreateTable(
                name: "follow_readings",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    pull = table.Column<long>(type: "bigint", nullable: false),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    checked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    failure = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_follow_readings", x => new { x.tenant_id, x.user_id });
                });

            migrationBuilder.CreateTable(
                name: "follows",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    external_user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    remark = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    followed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    remark_corp_name = table.Column<string>(type: "text", nullable: true),
                    remark_mobiles = table.Column<string[]>(type: "text[]", nullable: true),
                    add_way = table.Column<int>(type: "integer", nullable: true),
                    oper_user_id = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: true),
                    tag_ids = table.Column<string[]>(type: "text[]", nullable: true),
                    personal_tags = table.Column<string[]>(type: "text[]", nullable: true),
                    wechat_channels = table.Column<string>(type: "jsonb", nullable: true),
                    deleted_by_customer_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    deleted_by_member_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    removed_reason = table.Column<string>(type: "text", nullable: true),
                    visible = table.Column<bool>(type: "boolean", nullable: false),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_follows", x => new { x.tenant_id, x.user_id, x.external_user_id });
                });

            migrationBuilder.CreateTable(
                name: "group_chat_members",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    chat_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    member_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    type = table.Column<short>(type: "smallint", nullable: true),
                    unionid = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    joined_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    join_scene = table.Column<short>(type: "smallint", nullable: true),
                    invitor_user_id = table.Column<string>(type: "text", nullable: true),
                    group_nickname = table.Column<string>(type: "text", nullable: true),
                    name = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_group_chat_members", x => new { x.tenant_id, x.chat_id, x.member_id });
                });

            migrationBuilder.CreateTable(
                name: "group_chats",
                schema: "mirror",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    chat_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: true),
                    owner_user_id = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    status = table.Column<short>(type: "smallint", nullable: true),
                    notice = table.Column<string>(type: "text", nullable: true),
                    admin_user_ids = table.Column<string[]>(type: "text[]", nullable: true),
                    member_version = table.Column<string>(type: "text", nullable: true),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    @ref = table.Column<Guid>(name: "ref", type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_group_chats", x => new { x.tenant_id, x.chat_id });
                });

            migrationBuilder.CreateTable(
                name: "unseen_follows",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    external_user_id = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    listed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_unseen_follows", x => new { x.tenant_id, x.user_id, x.external_user_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_contact_notices_at",
                schema: "control",
                table: "contact_notices",
                column: "at",
                filter: "welcome_code IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_contact_notices_tenant_id_external_user_id",
                schema: "control",
                table: "contact_notices",
                columns: new[] { "tenant_id", "external_user_id" });

            migrationBuilder.CreateIndex(
                name: "ix_corp_tags_tenant_id_group_id",
                schema: "mirror",
                table: "corp_tags",
                columns: new[] { "tenant_id", "group_id" });

            migrationBuilder.CreateIndex(
                name: "ix_customers_tenant_id_unionid",
                schema: "mirror",
                table: "customers",
                columns: new[] { "tenant_id", "unionid" },
                filter: "unionid IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_follows_tenant_id_external_user_id",
                schema: "mirror",
                table: "follows",
                columns: new[] { "tenant_id", "external_user_id" });

            migrationBuilder.CreateIndex(
                name: "ix_follows_tenant_id_user_id",
                schema: "mirror",
                table: "follows",
                columns: new[] { "tenant_id", "user_id" },
                filter: "deleted_by_customer_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_group_chat_members_tenant_id_member_id",
                schema: "mirror",
                table: "group_chat_members",
                columns: new[] { "tenant_id", "member_id" });

            migrationBuilder.CreateIndex(
                name: "ix_group_chat_members_tenant_id_unionid",
                schema: "mirror",
                table: "group_chat_members",
                columns: new[] { "tenant_id", "unionid" },
                filter: "unionid IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "contact_notices",
                schema: "control");

            migrationBuilder.DropTable(
                name: "corp_tag_groups",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "corp_tags",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "customer_pulls",
                schema: "control");

            migrationBuilder.DropTable(
                name: "customers",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "follow_readings",
                schema: "control");

            migrationBuilder.DropTable(
                name: "follows",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "group_chat_members",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "group_chats",
                schema: "mirror");

            migrationBuilder.DropTable(
                name: "unseen_follows",
                schema: "control");
        }
    }
}
