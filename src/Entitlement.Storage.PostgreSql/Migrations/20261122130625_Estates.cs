using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Estates : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_Generation",
                table: "Activations");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations");

            migrationBuilder.AddColumn<bool>(
                name: "ExpectsMachines",
                table: "Licenses",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "ExternalRef",
                table: "Activations",
                type: "character varying(128)",
                unicode: false,
                maxLength: 128,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateIndex(
                name: "IX_Activations_AccountId_LicenseId_ExternalRef",
                table: "Activations",
                columns: new[] { "AccountId", "LicenseId", "ExternalRef" },
                unique: true,
                filter: "\"ExternalRef\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Activations_Awaited",
                table: "Activations",
                columns: new[] { "AccountId", "LicenseId", "Id" },
                filter: "\"Generation\" = 0");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_Generation",
                table: "Activations",
                sql: "\"Generation\" >= 0");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations",
                sql: "\"SeatGeneration\" BETWEEN 1 AND \"Generation\" OR (\"SeatGeneration\" = 0 AND \"Generation\" = 0)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Activations_AccountId_LicenseId_ExternalRef",
                table: "Activations");

            migrationBuilder.DropIndex(
                name: "IX_Activations_Awaited",
                table: "Activations");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_Generation",
                table: "Activations");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "ExpectsMachines",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "ExternalRef",
                table: "Activations");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_Generation",
                table: "Activations",
                sql: "\"Generation\" > 0");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations",
                sql: "\"SeatGeneration\" BETWEEN 1 AND \"Generation\"");
        }
    }
}
