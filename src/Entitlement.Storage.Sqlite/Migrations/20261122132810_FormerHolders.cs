using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class FormerHolders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "FormerHolders",
                columns: table => new
                {
                    FormerAccountId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    LicenseId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    AccountId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FormerHolders", x => new { x.FormerAccountId, x.LicenseId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_FormerHolders_AccountId_LicenseId",
                table: "FormerHolders",
                columns: new[] { "AccountId", "LicenseId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "FormerHolders");
        }
    }
}
