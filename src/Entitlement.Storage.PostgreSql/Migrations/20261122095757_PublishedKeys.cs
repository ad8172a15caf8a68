using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class PublishedKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "KeyRevocationLists",
                columns: table => new
                {
                    Number = table.Column<long>(type: "bigint", nullable: false),
                    Content = table.Column<byte[]>(type: "bytea", nullable: false),
                    PublishTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_KeyRevocationLists", x => x.Number);
                });

            migrationBuilder.CreateTable(
                name: "PublishedKeys",
                columns: table => new
                {
                    KeyId = table.Column<string>(type: "character varying(64)", unicode: false, maxLength: 64, nullable: false, collation: "C"),
                    Certificate = table.Column<byte[]>(type: "bytea", nullable: false),
                    PublishTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PublishedKeys", x => x.KeyId);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "KeyRevocationLists");

            migrationBuilder.DropTable(
                name: "PublishedKeys");
        }
    }
}
