using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Unattended : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "cancel_requested_at",
                schema: "control",
                table: "sync_runs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "drift",
                schema: "control",
                table: "sync_runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "decided_by",
                schema: "control",
                table: "held_removals",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "reminded_at",
                schema: "control",
                table: "held_removals",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now()");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "granted_at",
                schema: "control",
                table: "field_grants",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "read_marks",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    id = table.Column<long>(type: "bigint", nullable: false),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_read_marks", x => new { x.tenant_id, x.kind, x.id });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "read_marks",
                schema: "control");

            migrationBuilder.DropColumn(
                name: "cancel_requested_at",
                schema: "control",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "drift",
                schema: "control",
                table: "sync_runs");

            migrationBuilder.DropColumn(
                name: "decided_by",
                schema: "control",
                table: "held_removals");

            migrationBuilder.DropColumn(
                name: "reminded_at",
                schema: "control",
                table: "held_removals");

            migrationBuilder.DropColumn(
                name: "granted_at",
                schema: "control",
                table: "field_grants");
        }
    }
}
