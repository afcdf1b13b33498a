using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class WelcomeCodes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "welcome_code",
                schema: "control",
                table: "callback_events",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "customer_rests",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    looked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    code = table.Column<int>(type: "integer", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_customer_rests", x => x.tenant_id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_callback_events_welcome",
                schema: "control",
                table: "callback_events",
                column: "received_at",
                filter: "welcome_code IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "customer_rests",
                schema: "control");

            migrationBuilder.DropIndex(
                name: "ix_callback_events_welcome",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropColumn(
                name: "welcome_code",
                schema: "control",
                table: "callback_events");
        }
    }
}
