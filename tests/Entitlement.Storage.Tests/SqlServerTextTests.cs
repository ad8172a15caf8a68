using System.Data;
using System.Data.Common;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Queries;
using Entitlement.Storage.SqlServer;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Entitlement.Storage.Tests;

/// <summary>
/// The statements that SQL Server would get, read off before they are sent; so their shape is checked where there is
/// none.
/// </summary>
public class SqlServerTextTests
{
    private static readonly Guid Account = Guid.Parse("019ca000-0000-7000-8000-000000000001");

    [Fact]
    public async Task Takes_seats_by_one_conditional_update_on_the_whole_key()
    {
        await using var db = CreateContext();
        var seats = SeatStatements.For(db);

        Assert.Equal(
            "UPDATE [Licenses] SET [MachinesHeld] = [MachinesHeld] + @p0 WHERE [AccountId] = @p1 AND [Id] = @p2 "
            + "AND [Terms] = @p3 AND [MachinesHeld] + @p0 <= [MachineLimit] + [MachineOverage]",
            seats.Machines(1).Text);
        Assert.Equal(
            "UPDATE [FeatureLines] SET [Held] = [Held] + @p0 WHERE [AccountId] = @p1 AND [LicenseId] = @p2 "
            + "AND [Code] = @p3 AND [Held] + @p0 <= [Quantity] + [Overage]",
            seats.Features(1).Text);
        Assert.EndsWith("AND [Held] + @p0 >= 0", seats.Features(-1).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "AND [MachinesHeld] + @p0 <= [MachineLimit] + [MachineOverage]")]
    [InlineData(0, "AND [MachinesHeld] + @p0 >= 0")]
    public async Task Looks_for_a_halt_in_the_update_that_an_issuing_transaction_ends_with(int machines, string limit)
    {
        await using var db = CreateContext();

        var text = SeatStatements.For(db).MachinesToIssue(machines).Text;

        Assert.EndsWith(
            $"{limit} AND NOT EXISTS (SELECT 1 FROM [IssuingStops] WHERE [Scope] IN ('*', @p4))", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_for_seats_by_the_keys_own_types()
    {
        await using var db = CreateContext();
        await using var connection = new SqlConnection();
        await using var command = SeatStatements.For(db).Features(1).Prepare(connection);

        // A code sent as nvarchar would be converted row by row, and the index would not serve.
        Assert.Equal(
            ["@p0 Int32(0)", "@p1 Binary(16)", "@p2 Binary(16)", "@p3 AnsiString(128)"],
            command.Parameters.Cast<DbParameter>().Select(Describe));
    }

    [Fact]
    public async Task Finds_a_license_by_one_statement_with_its_code_in_the_keys_own_type()
    {
        var sent = Assert.Single(await RecordAsync(db => db.FindLicenseAsync(Slc.Random(), CancellationToken.None)));

        Assert.Contains("WHERE [s].[Slc] = @slc", sent);
        Assert.Contains("[s].[AccountId] = [l].[AccountId] AND [s].[LicenseId] = [l].[Id]", sent);
        Assert.Contains("@slc AnsiStringFixedLength(25)", sent);
    }

    [Fact]
    public async Task Finds_an_activation_and_an_answered_request_by_their_keys()
    {
        var sent = await RecordAsync(async db =>
        {
            await db.FindActivationAsync(Account, Account, Samples.Thumbprint(1), CancellationToken.None);
            await db.FindAnsweredRequestAsync(Samples.Thumbprint(1), Account, CancellationToken.None);
        });

        Assert.All(sent, text => Assert.Contains("@thumbprint Binary(32)", text));
        Assert.Contains(
            "[a].[AccountId] = @accountId AND [a].[LicenseId] = @licenseId AND [a].[Thumbprint] = @thumbprint",
            sent[0]);
        Assert.Contains("[a].[Thumbprint] = @thumbprint AND [a].[Jti] = @jti", sent[1]);
    }

    private static string Describe(DbParameter parameter) =>
        $"{parameter.ParameterName} {parameter.DbType}({parameter.Size})";

    private static async Task<IReadOnlyList<string>> RecordAsync(Func<EntitlementDbContext, Task> work)
    {
        var recorder = new Recorder();
        await using var db = CreateContext(recorder, new NoConnection());
        await work(db);
        return recorder.Sent;
    }

    private static EntitlementDbContext CreateContext(params IInterceptor[] interceptors)
    {
        var options = new DbContextOptionsBuilder<EntitlementDbContext>().AddInterceptors(interceptors);
        SqlServerStorage.Configure(options, "Server=nowhere", maxBatchSize: 1);
        return new EntitlementDbContext(options.Options);
    }

    /// <summary>Notes what would be sent, and answers that one row changed and none was found.</summary>
    private sealed class Recorder : DbCommandInterceptor
    {
        public List<string> Sent { get; } = [];

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            Note(command);
            return ValueTask.FromResult(InterceptionResult<int>.SuppressWithResult(1));
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            Note(command);
            return ValueTask.FromResult(
                InterceptionResult<DbDataReader>.SuppressWithResult(NoRows().CreateDataReader()));
        }

        private static DataTable NoRows()
        {
            var table = new DataTable();
            table.Columns.AddRange([.. Enumerable.Range(0, 64).Select(_ => new DataColumn())]);
            return table;
        }

        private void Note(DbCommand command)
        {
            var parameters = command.Parameters.Cast<DbParameter>().Select(Describe);
            Sent.Add($"{command.CommandText}\n{string.Join('\n', parameters)}");
        }
    }

    private sealed class NoConnection : DbConnectionInterceptor
    {
        public override ValueTask<InterceptionResult> ConnectionOpeningAsync(
            DbConnection connection,
            ConnectionEventData eventData,
            InterceptionResult result,
            CancellationToken cancellationToken = default) => ValueTask.FromResult(InterceptionResult.Suppress());
    }
}
