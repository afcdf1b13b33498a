using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Limits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "dropped_seq",
                schema: "control",
                table: "change_counters",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "call_budgets",
                schema: "control",
                columns: table => new
                {
                    scope = table.Column<string>(type: "text", nullable: false),
                    endpoint = table.Column<string>(type: "text", nullable: false),
                    window_seconds = table.Column<int>(type: "integer", nullable: false),
                    part = table.Column<long>(type: "bigint", nullable: false),
                    granted = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_call_budgets", x => new { x.scope, x.endpoint, x.window_seconds, x.part });
                });

            migrationBuilder.CreateTable(
                name: "call_limits",
                schema: "control",
                columns: table => new
                {
                    corp_id = table.Column<string>(type: "text", nullable: false),
                    endpoint = table.Column<string>(type: "text", nullable: false),
                    blocked_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    slots = table.Column<int>(type: "integer", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_call_limits", x => new { x.corp_id, x.endpoint });
                });

            migrationBuilder.CreateTable(
                name: "incidents",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    kind = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_incidents", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "notices",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    incident_id = table.Column<long>(type: "bigint", nullable: false),
                    target = table.Column<string>(type: "text", nullable: false),
                    over = table.Column<bool>(type: "boolean", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notices", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "token_refusals",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    secret_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    code = table.Column<int>(type: "integer", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    refused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_token_refusals", x => new { x.tenant_id, x.channel });
                });

            migrationBuilder.CreateIndex(
                name: "ix_call_limits_changed_at",
                schema: "control",
                table: "call_limits",
                column: "changed_at");

            migrationBuilder.CreateIndex(
                name: "ix_incidents_tenant_id_kind_subject",
                schema: "control",
                table: "incidents",
                columns: new[] { "tenant_id", "kind", "subject" },
                unique: true,
                filter: "closed_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_notices_due_at",
                schema: "control",
                table: "notices",
                column: "due_at",
                filter: "sent_at IS NULL");

            migrationBuilder.Sql(CallLeases.Create);
            migrationBuilder.Sql(ChangePartitions.Divide);
            migrationBuilder.Sql(ChangePartitions.CreateFunction);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangePartitions.Undivide);
            migrationBuilder.Sql(CallLeases.Drop);

            migrationBuilder.DropTable(
                name: "call_budgets",
                schema: "control");

            migrationBuilder.DropTable(
                name: "call_limits",
                schema: "control");

            migrationBuilder.DropTable(
                name: "incidents",
                schema: "control");

            migrationBuilder.DropTable(
                name: "notices",
                schema: "control");

            migrationBuilder.DropTable(
                name: "token_refusals",
                schema: "control");

            migrationBuilder.DropColumn(
                name: "dropped_seq",
                schema: "control",
                table: "change_counters");
        }
    }
}
