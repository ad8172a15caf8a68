using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class SealedAudit : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Block",
                table: "AuditRecords",
                type: "bigint",
                nullable: false,
                defaultValueSql: "9223372036854775807");

            migrationBuilder.AddColumn<string>(
                name: "Reason",
                table: "AuditRecords",
                type: "nvarchar(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "ReasonCommitment",
                table: "AuditRecords",
                type: "binary(32)",
                fixedLength: true,
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "ReasonSalt",
                table: "AuditRecords",
                type: "binary(32)",
                fixedLength: true,
                maxLength: 32,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AuditBlocks",
                columns: table => new
                {
                    Number = table.Column<long>(type: "bigint", nullable: false),
                    Content = table.Column<byte[]>(type: "varbinary(max)", nullable: false),
                    Entries = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditBlocks", x => x.Number);
                    table.CheckConstraint("CK_AuditBlocks_Number", "\"Number\" > 0");
                });

            migrationBuilder.CreateIndex(
                name: "IX_AuditRecords_Block_Id",
                table: "AuditRecords",
                columns: new[] { "Block", "Id" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuditBlocks");

            migrationBuilder.DropIndex(
                name: "IX_AuditRecords_Block_Id",
                table: "AuditRecords");

            migrationBuilder.DropColumn(
                name: "Block",
                table: "AuditRecords");

            migrationBuilder.DropColumn(
                name: "Reason",
                table: "AuditRecords");

            migrationBuilder.DropColumn(
                name: "ReasonCommitment",
                table: "AuditRecords");

            migrationBuilder.DropColumn(
                name: "ReasonSalt",
                table: "AuditRecords");
        }
    }
}
