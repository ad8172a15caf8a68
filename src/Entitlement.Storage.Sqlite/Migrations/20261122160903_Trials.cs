using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Trials : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "HasTrials",
                table: "Products",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "TrialDays",
                table: "Licenses",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<byte[]>(
                name: "TrialId",
                table: "Activations",
                type: "BLOB",
                fixedLength: true,
                maxLength: 16,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "TrialMarks",
                columns: table => new
                {
                    ProductId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    Hash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    TrialId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrialMarks", x => new { x.ProductId, x.Hash, x.Kind });
                });

            migrationBuilder.CreateTable(
                name: "Trials",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    AccountId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    LicenseId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    ProductId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    MachineName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    StartTime = table.Column<long>(type: "INTEGER", nullable: false),
                    EndTime = table.Column<long>(type: "INTEGER", nullable: false),
                    Extensions = table.Column<int>(type: "INTEGER", nullable: false),
                    HardwareMarks = table.Column<int>(type: "INTEGER", nullable: false),
                    IsFirm = table.Column<bool>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Trials", x => x.Id);
                    table.CheckConstraint("CK_Trials_EndTime", "\"EndTime\" > \"StartTime\"");
                });

            migrationBuilder.CreateIndex(
                name: "IX_Activations_Trial",
                table: "Activations",
                column: "TrialId",
                filter: "\"TrialId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_TrialMarks_TrialId",
                table: "TrialMarks",
                column: "TrialId");

            migrationBuilder.CreateIndex(
                name: "IX_Trials_AccountId_LicenseId_Id",
                table: "Trials",
                columns: new[] { "AccountId", "LicenseId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "TrialMarks");

            migrationBuilder.DropTable(
                name: "Trials");

            migrationBuilder.DropIndex(
                name: "IX_Activations_Trial",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "HasTrials",
                table: "Products");

            migrationBuilder.DropColumn(
                name: "TrialDays",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "TrialId",
                table: "Activations");
        }
    }
}
