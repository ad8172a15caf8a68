using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class ChosenTerms : Migration
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

            migrationBuilder.AddColumn<bool>(
                name: "AwaitsConfiguration",
                table: "Licenses",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Editions",
                table: "Licenses",
                type: "character varying(2064)",
                maxLength: 2064,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "MachineExcess",
                table: "Licenses",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "SoldMachines",
                table: "Licenses",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "Excess",
                table: "FeatureLines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "SoldQuantity",
                table: "FeatureLines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses",
                sql: "\"MachinesHeld\" BETWEEN 0 AND \"MachineLimit\" + \"MachineOverage\" + \"MachineExcess\"");

            migrationBuilder.AddCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines",
                sql: "\"Held\" BETWEEN 0 AND \"Quantity\" + \"Overage\" + \"Excess\"");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses");

            migrationBuilder.DropCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines");

            migrationBuilder.DropColumn(
                name: "AwaitsConfiguration",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "Editions",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "MachineExcess",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "SoldMachines",
                table: "Licenses");

            migrationBuilder.DropColumn(
                name: "Excess",
                table: "FeatureLines");

            migrationBuilder.DropColumn(
                name: "SoldQuantity",
                table: "FeatureLines");

            migrationBuilder.AddCheckConstraint(
                name: "CK_Licenses_MachinesHeld",
                table: "Licenses",
                sql: "\"MachinesHeld\" BETWEEN 0 AND \"MachineLimit\" + \"MachineOverage\"");

            migrationBuilder.AddCheckConstraint(
                name: "CK_FeatureLines_Held",
                table: "FeatureLines",
                sql: "\"Held\" BETWEEN 0 AND \"Quantity\" + \"Overage\"");
        }
    }
}
