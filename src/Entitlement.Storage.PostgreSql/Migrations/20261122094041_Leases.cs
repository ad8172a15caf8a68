using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Leases : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses");

            migrationBuilder.DropCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines");

            migrationBuilder.AddColumn<int>(
                name: "MachineOverage",
                table: "Licenses",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "LeaseSeconds",
                table: "FeatureLines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "Overage",
                table: "FeatureLines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "CloneSuspectedTime",
                table: "Activations",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsBehind",
                table: "Activations",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "ToldGeneration",
                table: "Activations",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "Leases",
                columns: table => new
                {
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    LicenseId = table.Column<Guid>(type: "uuid", nullable: false),
                    ActivationId = table.Column<Guid>(type: "uuid", nullable: false),
                    Feature = table.Column<string>(type: "character varying(128)", unicode: false, maxLength: 128, nullable: false, collation: "C"),
                    Quantity = table.Column<int>(type: "integer", nullable: false),
                    Until = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Leases", x => new { x.AccountId, x.LicenseId, x.ActivationId, x.Feature });
                    table.CheckConstraint("CK_Leases_Quantity", "\"Quantity\" > 0");
                });

            migrationBuilder.CreateTable(
                name: "ProductContacts",
                columns: table => new
                {
                    AccountId = table.Column<Guid>(type: "uuid", nullable: false),
                    ActivationId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    CallHash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: false),
                    Answer = table.Column<byte[]>(type: "bytea", nullable: false),
                    ReportTime = table.Column<long>(type: "bigint", nullable: false),
                    Generation = table.Column<int>(type: "integer", nullable: false),
                    Notice = table.Column<int>(type: "integer", nullable: false),
                    ProductVersion = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    FeaturesInUse = table.Column<string>(type: "text", unicode: false, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProductContacts", x => new { x.AccountId, x.ActivationId });
                    table.CheckConstraint("CK_ProductContacts_Sequence", "\"Sequence\" > 0");
                });

            migrationBuilder.AddCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses",
                sql: "\"MachinesHeld\" BETWEEN 0 AND \"MachineLimit\" + \"MachineOverage\"");

            migrationBuilder.AddCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines",
                sql: "\"Held\" BETWEEN 0 AND \"Quantity\" + \"Overage\"");

            migrationBuilder.CreateIndex(
                name: "IX_Leases_AccountId_LicenseId_Feature_Until",
                table: "Leases",
                columns: new[] { "AccountId", "LicenseId", "Feature", "Until" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Leases");

            migrationBuilder.DropTable(
                name: "ProductContacts");

            migrationBuilder.DropCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses");

            migrationBuilder.DropCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines");

            migrationBuilder.DropColumn(
                name: "MachineOverage",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "LeaseSeconds",
                table: "FeatureLines");

            migrationBuilder.DropColumn(
                name: "Overage",
                table: "FeatureLines");

            migrationBuilder.DropColumn(
                name: "CloneSuspectedTime",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "IsBehind",
                table: "Activations");

            migrationBuilder.DropColumn(
                name: "ToldGeneration",
                table: "Activations");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses",
                sql: "\"MachinesHeld\" BETWEEN 0 AND \"MachineLimit\"");

            migrationBuilder.AddCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines",
                sql: "\"Held\" BETWEEN 0 AND \"Quantity\"");
        }
    }
}
