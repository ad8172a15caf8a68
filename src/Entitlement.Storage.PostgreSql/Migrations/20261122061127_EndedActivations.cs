using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class EndedActivations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "ReleaseLimit",
                table: "Licenses",
                type: "integer",
                nullable: false,
                defaultValue: 5);

            migrationBuilder.AddColumn<int>(
                name: "End",
                table: "Activations",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "EndTime",
                table: "Activations",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Activations",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "SeatGeneration",
                table: "Activations",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "SeatReleases",
                columns: table => new
                {
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    LicenseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ActivationId = table.Column<Guid>(type: "uuid", nullable: false),
                    ReleaseTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SeatReleases", x => new { x.AccountId, x.LicenseId, x.Id });
                });

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_End",
                table: "Activations",
                sql: "(\"EndTime\" IS NULL AND \"End\" IS NULL) OR (\"EndTime\" IS NOT NULL AND \"End\" IS NOT NULL AND \"DeviceCount\" = 0)");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations",
                sql: "\"SeatGeneration\" BETWEEN 1 AND \"Generation\"");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SeatReleases");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_End",
                table: "Activations");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Activations_SeatGeneration",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "ReleaseLimit",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "End",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "EndTime",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "Revision",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "SeatGeneration",
                table: "Activations");
        }
    }
}
