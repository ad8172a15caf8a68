using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class IssuingStops : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "LicenseId",
                table: "IssuedFiles",
                type: "binary(16)",
                fixedLength: true,
                maxLength: 16,
                nullable: false,
                defaultValue: new byte[0]);

            // Of files that were issued before; the same words on every database.
            migrationBuilder.Sql(
                """
                UPDATE "IssuedFiles" SET "LicenseId" = a."LicenseId" FROM "Activations" AS a
                WHERE a."AccountId" = "IssuedFiles"."AccountId" AND a."Id" = "IssuedFiles"."ActivationId";
                """);

            migrationBuilder.CreateTable(
                name: "IssuingStops",
                columns: table => new
                {
                    Scope = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    StopTime = table.Column<long>(type: "bigint", nullable: false),
                    Actor = table.Column<string>(type: "varchar(128)", unicode: false, maxLength: 128, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Reason = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IssuingStops", x => x.Scope);
                });

            migrationBuilder.CreateIndex(
                name: "IX_IssuedFiles_KeyId_FileId",
                table: "IssuedFiles",
                columns: new[] { "KeyId", "FileId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "IssuingStops");

            migrationBuilder.DropIndex(
                name: "IX_IssuedFiles_KeyId_FileId",
                table: "IssuedFiles");

            migrationBuilder.DropColumn(
                name: "LicenseId",
                table: "IssuedFiles");
        }
    }
}
