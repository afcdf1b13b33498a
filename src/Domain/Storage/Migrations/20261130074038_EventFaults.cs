using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class EventFaults : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "customers_paused_until",
                schema: "control",
                table: "inbox_drains",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "storm_tried",
                schema: "control",
                table: "inbox_drains",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "deaths",
                schema: "control",
                table: "callback_events",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "parked_by",
                schema: "control",
                table: "callback_events",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "customers_paused_until",
                schema: "control",
                table: "inbox_drains");

            migrationBuilder.DropColumn(
                name: "storm_tried",
                schema: "control",
                table: "inbox_drains");

            migrationBuilder.DropColumn(
                name: "deaths",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropColumn(
                name: "parked_by",
                schema: "control",
                table: "callback_events");
        }
    }
}
