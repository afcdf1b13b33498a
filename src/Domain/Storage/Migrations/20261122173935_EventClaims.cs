using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class EventClaims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "paused_until",
                schema: "control",
                table: "inbox_drains",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "claimed_at",
                schema: "control",
                table: "callback_events",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "claimed_by",
                schema: "control",
                table: "callback_events",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "callback_reveals",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_callback_reveals", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_callback_events_received_at",
                schema: "control",
                table: "callback_events",
                column: "received_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_callback_events_tenant_id_id",
                schema: "control",
                table: "callback_events",
                columns: new[] { "tenant_id", "id" },
                filter: "state IN ('failed', 'parked')");

            // People are found without case; expressions are beyond EF's model.
            migrationBuilder.Sql("CREATE INDEX ix_users_key ON mirror.users (tenant_id, lower(user_id))");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX mirror.ix_users_key");

            migrationBuilder.DropTable(
                name: "callback_reveals",
                schema: "control");

            migrationBuilder.DropIndex(
                name: "ix_callback_events_received_at",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropIndex(
                name: "ix_callback_events_tenant_id_id",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropColumn(
                name: "paused_until",
                schema: "control",
                table: "inbox_drains");

            migrationBuilder.DropColumn(
                name: "claimed_at",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropColumn(
                name: "claimed_by",
                schema: "control",
                table: "callback_events");
        }
    }
}
