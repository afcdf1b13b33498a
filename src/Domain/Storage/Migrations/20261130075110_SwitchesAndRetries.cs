using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SwitchesAndRetries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "retries",
                schema: "control",
                table: "tenants",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "retry_at",
                schema: "control",
                table: "tenants",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "switched_on",
                schema: "control",
                table: "tenants",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.CreateIndex(
                name: "ix_tenants_retry_at",
                schema: "control",
                table: "tenants",
                column: "retry_at",
                filter: "retry_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_tenants_retry_at",
                schema: "control",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "retries",
                schema: "control",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "retry_at",
                schema: "control",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "switched_on",
                schema: "control",
                table: "tenants");
        }
    }
}
