using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Checks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "doctor_verdicts",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    verdict = table.Column<string>(type: "text", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_doctor_verdicts", x => new { x.tenant_id, x.subject });
                });

            migrationBuilder.CreateTable(
                name: "planned_rows",
                schema: "control",
                columns: table => new
                {
                    tenant_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<long>(type: "bigint", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: false),
                    entity = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "jsonb", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    op = table.Column<string>(type: "text", nullable: false),
                    fields = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_planned_rows", x => new { x.tenant_id, x.run_id, x.place });
                    table.ForeignKey(
                        name: "fk_planned_rows_sync_runs_tenant_id_run_id",
                        columns: x => new { x.tenant_id, x.run_id },
                        principalSchema: "control",
                        principalTable: "sync_runs",
                        principalColumns: new[] { "tenant_id", "id" },
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "doctor_verdicts",
                schema: "control");

            migrationBuilder.DropTable(
                name: "planned_rows",
                schema: "control");
        }
    }
}
