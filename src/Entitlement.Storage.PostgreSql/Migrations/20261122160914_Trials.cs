using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
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
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "TrialDays",
                table: "Licenses",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "TrialId",
                table: "Activations",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "TrialMarks",
                columns: table => new
                {
                    ProductId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: false),
                    TrialId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrialMarks", x => new { x.ProductId, x.Hash, x.Kind });
                });

            migrationBuilder.CreateTable(
                name: "Trials",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    LicenseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProductId = table.Column<Guid>(type: "uuid", nullable: false),
                    MachineName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    StartTime = table.Column<long>(type: "bigint", nullable: false),
                    EndTime = table.Column<long>(type: "bigint", nullable: false),
                    Extensions = table.Column<int>(type: "integer", nullable: false),
                    HardwareMarks = table.Column<int>(type: "integer", nullable: false),
                    IsFirm = table.Column<bool>(type: "boolean", nullable: false),
                    Revision = table.Column<int>(type: "integer", nullable: false)
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
