using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Overflow : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "overflowed",
                schema: "control",
                table: "inbox_drains",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "overflowed_at",
                schema: "control",
                table: "inbox_drains",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "overflowed",
                schema: "control",
                table: "inbox_drains");

            migrationBuilder.DropColumn(
                name: "overflowed_at",
                schema: "control",
                table: "inbox_drains");
        }
    }
}
