using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Entitlement.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class People : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Contact_ContactEmail",
                table: "Accounts",
                type: "varchar(254)",
                unicode: false,
                maxLength: 254,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Contact_ContactName",
                table: "Accounts",
                type: "nvarchar(256)",
                maxLength: 256,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Contact_ContactPhoneNumber",
                table: "Accounts",
                type: "varchar(32)",
                unicode: false,
                maxLength: 32,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Contact_CountryCode",
                table: "Accounts",
                type: "varchar(2)",
                unicode: false,
                maxLength: 2,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Contact_PostalAddress",
                table: "Accounts",
                type: "nvarchar(512)",
                maxLength: 512,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CustomerNumber",
                table: "Accounts",
                type: "varchar(64)",
                unicode: false,
                maxLength: 64,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<byte[]>(
                name: "ParentId",
                table: "Accounts",
                type: "binary(16)",
                fixedLength: true,
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Policy",
                table: "Accounts",
                type: "int",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<int>(
                name: "Revision",
                table: "Accounts",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "SuperviseTime",
                table: "Accounts",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AccessChanges",
                columns: table => new
                {
                    Version = table.Column<long>(type: "bigint", nullable: false),
                    Kind = table.Column<int>(type: "int", nullable: false),
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccessChanges", x => new { x.Version, x.Kind, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "AccessClock",
                columns: table => new
                {
                    Id = table.Column<int>(type: "int", nullable: false),
                    Version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccessClock", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "AccountAncestors",
                columns: table => new
                {
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    AncestorId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    Distance = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AccountAncestors", x => new { x.AccountId, x.AncestorId });
                });

            migrationBuilder.CreateTable(
                name: "CustomerNumberEntries",
                columns: table => new
                {
                    CustomerNumber = table.Column<string>(type: "varchar(64)", unicode: false, maxLength: 64, nullable: false, collation: "Latin1_General_100_BIN2"),
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CustomerNumberEntries", x => x.CustomerNumber);
                });

            migrationBuilder.CreateTable(
                name: "EmailEntries",
                columns: table => new
                {
                    Email = table.Column<string>(type: "varchar(254)", unicode: false, maxLength: 254, nullable: false, collation: "Latin1_General_100_BIN2"),
                    UserId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EmailEntries", x => x.Email);
                });

            migrationBuilder.CreateTable(
                name: "Groups",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: true),
                    DisplayName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    Revision = table.Column<int>(type: "int", nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Groups", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Invitations",
                columns: table => new
                {
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    UserId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false),
                    ExpireTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Invitations", x => new { x.AccountId, x.Id });
                });

            migrationBuilder.CreateTable(
                name: "Memberships",
                columns: table => new
                {
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    UserId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Memberships", x => new { x.AccountId, x.UserId });
                });

            migrationBuilder.CreateTable(
                name: "RoleAssignments",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    SubjectKind = table.Column<int>(type: "int", nullable: false),
                    SubjectId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    RoleId = table.Column<string>(type: "varchar(63)", unicode: false, maxLength: 63, nullable: false, collation: "Latin1_General_100_BIN2"),
                    ScopeKind = table.Column<int>(type: "int", nullable: false),
                    ScopeId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    ScopeName = table.Column<string>(type: "varchar(256)", unicode: false, maxLength: 256, nullable: false, collation: "Latin1_General_100_BIN2"),
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: true),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false),
                    ExpireTime = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RoleAssignments", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Roles",
                columns: table => new
                {
                    Id = table.Column<string>(type: "varchar(63)", unicode: false, maxLength: 63, nullable: false, collation: "Latin1_General_100_BIN2"),
                    DisplayName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    Description = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    Permissions = table.Column<string>(type: "varchar(4000)", unicode: false, maxLength: 4000, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Assigns = table.Column<string>(type: "varchar(4000)", unicode: false, maxLength: 4000, nullable: false, collation: "Latin1_General_100_BIN2"),
                    ScopeKinds = table.Column<string>(type: "varchar(128)", unicode: false, maxLength: 128, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Revision = table.Column<int>(type: "int", nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Roles", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ServiceAccounts",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    AccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: true),
                    DisplayName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    IsEnabled = table.Column<bool>(type: "bit", nullable: false),
                    Revision = table.Column<int>(type: "int", nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ServiceAccounts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Users",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    DisplayName = table.Column<string>(type: "nvarchar(256)", maxLength: 256, nullable: false),
                    Email = table.Column<string>(type: "varchar(254)", unicode: false, maxLength: 254, nullable: true, collation: "Latin1_General_100_BIN2"),
                    PhoneNumber = table.Column<string>(type: "varchar(32)", unicode: false, maxLength: 32, nullable: true, collation: "Latin1_General_100_BIN2"),
                    ExternalRef = table.Column<string>(type: "varchar(128)", unicode: false, maxLength: 128, nullable: true, collation: "Latin1_General_100_BIN2"),
                    Scope = table.Column<int>(type: "int", nullable: false),
                    IsEnabled = table.Column<bool>(type: "bit", nullable: false),
                    IsDefaultAdministrator = table.Column<bool>(type: "bit", nullable: false),
                    PrimaryAccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: true),
                    Revision = table.Column<int>(type: "int", nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false),
                    EraseTime = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Users", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "GroupMembers",
                columns: table => new
                {
                    GroupId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    PrincipalId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    PrincipalKind = table.Column<int>(type: "int", nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GroupMembers", x => new { x.GroupId, x.PrincipalId });
                    table.ForeignKey(
                        name: "FK_GroupMembers_Groups_GroupId",
                        column: x => x.GroupId,
                        principalTable: "Groups",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ServiceAccountKeys",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    ServiceAccountId = table.Column<byte[]>(type: "binary(16)", fixedLength: true, maxLength: 16, nullable: false),
                    SecretHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    CreateTime = table.Column<long>(type: "bigint", nullable: false),
                    ExpireTime = table.Column<long>(type: "bigint", nullable: true),
                    RevokeTime = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ServiceAccountKeys", x => x.Id);
                    table.ForeignKey(
                        name: "FK_ServiceAccountKeys_ServiceAccounts_ServiceAccountId",
                        column: x => x.ServiceAccountId,
                        principalTable: "ServiceAccounts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "AccessClock",
                columns: new[] { "Id", "Version" },
                values: new object[] { 1, 0L });

            migrationBuilder.InsertData(
                table: "Groups",
                columns: new[] { "Id", "AccountId", "CreateTime", "DisplayName", "Revision" },
                values: new object[] { new byte[] { 1, 144, 0, 0, 0, 0, 112, 0, 128, 0, 0, 0, 0, 0, 0, 1 }, null, 0L, "Administrators", 0 });

            migrationBuilder.InsertData(
                table: "RoleAssignments",
                columns: new[] { "Id", "AccountId", "CreateTime", "ExpireTime", "RoleId", "ScopeId", "ScopeKind", "ScopeName", "SubjectId", "SubjectKind" },
                values: new object[] { new byte[] { 1, 144, 0, 0, 0, 0, 112, 0, 128, 0, 0, 0, 0, 0, 0, 2 }, null, 0L, null, "system-administrator", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, "", new byte[] { 1, 144, 0, 0, 0, 0, 112, 0, 128, 0, 0, 0, 0, 0, 0, 1 }, 3 });

            // Administrators become service accounts of the system. Their table stays for one release, for servers that still
            // run the code before.
            migrationBuilder.Sql(
                """
                INSERT INTO "ServiceAccounts" ("Id", "AccountId", "DisplayName", "IsEnabled", "Revision", "CreateTime")
                SELECT "Id", NULL, "DisplayName", 1, 0, "CreateTime" FROM "Administrators";
                """);
            migrationBuilder.Sql(
                """
                INSERT INTO "ServiceAccountKeys" ("Id", "ServiceAccountId", "SecretHash", "CreateTime", "ExpireTime", "RevokeTime")
                SELECT "Id", "Id", "SecretHash", "CreateTime", NULL, NULL FROM "Administrators";
                """);
            migrationBuilder.Sql(
                """
                INSERT INTO "RoleAssignments" ("Id", "SubjectKind", "SubjectId", "RoleId", "ScopeKind", "ScopeId", "ScopeName", "AccountId", "CreateTime", "ExpireTime")
                SELECT "Id", 2, "Id", 'system-administrator', 1, 0x00000000000000000000000000000000, '', NULL, "CreateTime", NULL FROM "Administrators";
                """);

            // Accounts have stood at the top until now.
            migrationBuilder.Sql(
                """
                INSERT INTO "AccountAncestors" ("AccountId", "AncestorId", "Distance") SELECT "Id", "Id", 0 FROM "Accounts";
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Accounts_ParentId",
                table: "Accounts",
                column: "ParentId");

            migrationBuilder.CreateIndex(
                name: "IX_AccountAncestors_AncestorId_AccountId",
                table: "AccountAncestors",
                columns: new[] { "AncestorId", "AccountId" });

            migrationBuilder.CreateIndex(
                name: "IX_GroupMembers_PrincipalId_GroupId",
                table: "GroupMembers",
                columns: new[] { "PrincipalId", "GroupId" });

            migrationBuilder.CreateIndex(
                name: "IX_Groups_AccountId_Id",
                table: "Groups",
                columns: new[] { "AccountId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Invitations_UserId_AccountId",
                table: "Invitations",
                columns: new[] { "UserId", "AccountId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Memberships_UserId_AccountId",
                table: "Memberships",
                columns: new[] { "UserId", "AccountId" });

            migrationBuilder.CreateIndex(
                name: "IX_RoleAssignments_AccountId_Id",
                table: "RoleAssignments",
                columns: new[] { "AccountId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_RoleAssignments_ScopeId_RoleId_Id",
                table: "RoleAssignments",
                columns: new[] { "ScopeId", "RoleId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_RoleAssignments_SubjectId_ScopeId_RoleId",
                table: "RoleAssignments",
                columns: new[] { "SubjectId", "ScopeId", "RoleId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccountKeys_ServiceAccountId_Id",
                table: "ServiceAccountKeys",
                columns: new[] { "ServiceAccountId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_ServiceAccounts_AccountId_Id",
                table: "ServiceAccounts",
                columns: new[] { "AccountId", "Id" });

            migrationBuilder.AddForeignKey(
                name: "FK_Accounts_Accounts_ParentId",
                table: "Accounts",
                column: "ParentId",
                principalTable: "Accounts",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Accounts_Accounts_ParentId",
                table: "Accounts");

            migrationBuilder.DropTable(
                name: "AccessChanges");

            migrationBuilder.DropTable(
                name: "AccessClock");

            migrationBuilder.DropTable(
                name: "AccountAncestors");

            migrationBuilder.DropTable(
                name: "CustomerNumberEntries");

            migrationBuilder.DropTable(
                name: "EmailEntries");

            migrationBuilder.DropTable(
                name: "GroupMembers");

            migrationBuilder.DropTable(
                name: "Invitations");

            migrationBuilder.DropTable(
                name: "Memberships");

            migrationBuilder.DropTable(
                name: "RoleAssignments");

            migrationBuilder.DropTable(
                name: "Roles");

            migrationBuilder.DropTable(
                name: "ServiceAccountKeys");

            migrationBuilder.DropTable(
                name: "Users");

            migrationBuilder.DropTable(
                name: "Groups");

            migrationBuilder.DropTable(
                name: "ServiceAccounts");

            migrationBuilder.DropIndex(
                name: "IX_Accounts_ParentId",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Contact_ContactEmail",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Contact_ContactName",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Contact_ContactPhoneNumber",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Contact_CountryCode",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Contact_PostalAddress",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "CustomerNumber",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "ParentId",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Policy",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "Revision",
                table: "Accounts");

            migrationBuilder.DropColumn(
                name: "SuperviseTime",
                table: "Accounts");
        }
    }
}
