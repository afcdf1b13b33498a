using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Occurrence : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_callback_events_tenant_id_channel_digest",
                schema: "control",
                table: "callback_events");

            migrationBuilder.AddColumn<int>(
                name: "occurrence",
                schema: "control",
                table: "callback_events",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "ix_callback_events_tenant_id_channel_digest_occurrence",
                schema: "control",
                table: "callback_events",
                columns: new[] { "tenant_id", "channel", "digest", "occurrence" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_callback_events_tenant_id_channel_digest_occurrence",
                schema: "control",
                table: "callback_events");

            migrationBuilder.DropColumn(
                name: "occurrence",
                schema: "control",
                table: "callback_events");

            migrationBuilder.CreateIndex(
                name: "ix_callback_events_tenant_id_channel_digest",
                schema: "control",
                table: "callback_events",
                columns: new[] { "tenant_id", "channel", "digest" },
                unique: true);
        }
    }
}
