using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ParkedRequests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "ParkedRequests",
                columns: table => new
                {
                    AccountId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    LicenseId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    Id = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    Thumbprint = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    Jti = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: false),
                    ContentHash = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 32, nullable: false),
                    MachineName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    ProductVersion = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    DeviceCount = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    CreateTime = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpireTime = table.Column<long>(type: "INTEGER", nullable: false),
                    DecideTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Decider = table.Column<string>(type: "TEXT", unicode: false, maxLength: 128, nullable: true),
                    Rejection = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    ActivationId = table.Column<byte[]>(type: "BLOB", fixedLength: true, maxLength: 16, nullable: true),
                    Size = table.Column<int>(type: "INTEGER", nullable: false),
                    Content = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ParkedRequests", x => new { x.AccountId, x.LicenseId, x.Id });
                    table.CheckConstraint("CK_ParkedRequests_Size", "\"Size\" >= 0");
                });

            migrationBuilder.CreateTable(
                name: "ParkingTurns",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ParkingTurns", x => x.Id);
                });

            migrationBuilder.InsertData(
                table: "ParkingTurns",
                columns: new[] { "Id", "Count" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRequests_AccountId_LicenseId_Thumbprint",
                table: "ParkedRequests",
                columns: new[] { "AccountId", "LicenseId", "Thumbprint" },
                unique: true,
                filter: "\"State\" = 1");

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRequests_Id",
                table: "ParkedRequests",
                column: "Id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ParkedRequests_Thumbprint_Jti",
                table: "ParkedRequests",
                columns: new[] { "Thumbprint", "Jti" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ParkedRequests");

            migrationBuilder.DropTable(
                name: "ParkingTurns");
        }
    }
}
