using System.Data;
using System.Data.Common;
using Entitlement.Domain.Licenses;
using Entitlement.Storage.Queries;
using Entitlement.Storage.SqlServer;
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
    public async Task Takes_seats_by_one_conditional_update_for_each_line_in_order()
    {
        var sent = await RecordAsync(db => Seats.TakeAsync(
            db,
            new(Account, Account),
            termsRead: 3,
            [
                new(SeatLine.Feature("b"), 9, 0, -1),
                new(SeatLine.Feature("B"), 9, 0, 2),
                new(SeatLine.Machines, 9, 0, 1),
            ],
            CancellationToken.None));

        Assert.Equal(["UPDATE [l]", "UPDATE [f]", "UPDATE [f]"], sent.Select(FirstLine));
        Assert.Contains("[l].[Terms] = @termsRead", sent[0]);
        Assert.Contains("[l].[MachinesHeld] + @count <= [l].[MachineLimit]", sent[0]);
        Assert.Contains("[f].[Held] + @count <= [f].[Quantity]", sent[1]);
        Assert.DoesNotContain("[f].[Quantity]", sent[2]);
        Assert.All(sent, text => Assert.DoesNotContain("SELECT", text));
    }

    [Fact]
    public async Task Looks_for_seats_by_the_whole_key_and_by_the_keys_own_type()
    {
        var sent = await RecordAsync(db => Seats.TakeAsync(
            db, new(Account, Account), termsRead: 3, [new(SeatLine.Feature("b"), 9, 0, 1)], CancellationToken.None));

        Assert.Contains(
            "[f].[AccountId] = @license_AccountId AND [f].[LicenseId] = @license_LicenseId AND [f].[Code] = @code",
            sent[1]);

        // A code sent as nvarchar would be converted row by row, and the index would not serve.
        Assert.Contains("@code AnsiString(128)", sent[1]);
        Assert.Contains("@license_AccountId Binary(16)", sent[1]);
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

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();

    private static async Task<IReadOnlyList<string>> RecordAsync(Func<EntitlementDbContext, Task> work)
    {
        var recorder = new Recorder();
        var options = new DbContextOptionsBuilder<EntitlementDbContext>().AddInterceptors(recorder, new NoConnection());
        SqlServerStorage.Configure(options, "Server=nowhere", maxBatchSize: 1);
        await using var db = new EntitlementDbContext(options.Options);
        await work(db);
        return recorder.Sent;
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
            var parameters = command.Parameters.Cast<DbParameter>()
                .Select(parameter => $"{parameter.ParameterName} {parameter.DbType}({parameter.Size})");
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
