using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RevocationLists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RevocationLists",
                columns: table => new
                {
                    Number = table.Column<long>(type: "INTEGER", nullable: false),
                    Content = table.Column<byte[]>(type: "BLOB", nullable: false),
                    IssueTime = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RevocationLists", x => x.Number);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Licenses_AccountId_RevokeTime",
                table: "Licenses",
                columns: new[] { "AccountId", "RevokeTime" },
                filter: "\"RevokeTime\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Activations_Ended_FileExpireTime",
                table: "Activations",
                column: "FileExpireTime",
                filter: "\"EndTime\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RevocationLists");

            migrationBuilder.DropIndex(
                name: "IX_Licenses_AccountId_RevokeTime",
                table: "Licenses");

            migrationBuilder.DropIndex(
                name: "IX_Activations_Ended_FileExpireTime",
                table: "Activations");
        }
    }
}
