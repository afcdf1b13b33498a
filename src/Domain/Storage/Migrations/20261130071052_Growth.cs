using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace WeComSync.Domain.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Growth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("CREATE INDEX ix_changes_cause ON mirror.changes (tenant_id, cause, seq)");
            // The hash of the key, since whole keys cost a first sync, which creates everything, too much.
            migrationBuilder.Sql("CREATE INDEX ix_changes_created ON mirror.changes (tenant_id, jsonb_hash(key)) WHERE op = 'created'");
            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_tenant_id_part_kind_finished_at",
                schema: "control",
                table: "sync_runs",
                columns: new[] { "tenant_id", "part", "kind", "finished_at" },
                filter: "state IN ('done', 'partial')");

            migrationBuilder.CreateIndex(
                name: "ix_sync_runs_tenant_id_part_started_at",
                schema: "control",
                table: "sync_runs",
                columns: new[] { "tenant_id", "part", "started_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX mirror.ix_changes_cause");
            migrationBuilder.Sql("DROP INDEX mirror.ix_changes_created");
            migrationBuilder.DropIndex(
                name: "ix_sync_runs_tenant_id_part_kind_finished_at",
                schema: "control",
                table: "sync_runs");

            migrationBuilder.DropIndex(
                name: "ix_sync_runs_tenant_id_part_started_at",
                schema: "control",
                table: "sync_runs");
        }
    }
}
