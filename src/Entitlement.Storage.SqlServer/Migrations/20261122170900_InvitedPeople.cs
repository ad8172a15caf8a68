using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class InvitedPeople : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Nobody could be invited before, so there is no row to give an address.
            migrationBuilder.AddColumn<string>(
                name: "Email",
                table: "Invitations",
                type: "varchar(254)",
                unicode: false,
                maxLength: 254,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.CreateIndex(
                name: "IX_Users_Scope_Id",
                table: "Users",
                columns: new[] { "Scope", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditRecords_Actor",
                table: "AuditRecords",
                column: "Actor",
                filter: "\"Reason\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Users_Scope_Id",
                table: "Users");

            migrationBuilder.DropIndex(
                name: "IX_AuditRecords_Actor",
                table: "AuditRecords");

            migrationBuilder.DropColumn(
                name: "Email",
                table: "Invitations");
        }
    }
}
