using System.Globalization;
using System.Text;
using Entitlement.CommandLine.Estate;
using Entitlement.CommandLine.Invocation;
using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.V1;
using Google.Protobuf.WellKnownTypes;

namespace Entitlement.EndToEnd.Tests.CommandLine;

/// <summary>How files of records are read and written, without a service.</summary>
public sealed class EstateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reads_quoted_cells_with_commas_quotes_and_line_breaks_and_tells_where_each_begins()
    {
        var lines = await ReadAsync("external_ref,display_name\r\nC-1,\"Works, \"\"Ltd\"\"\"\r\nC-2,\"two\r\nlines\"\r\n\r\nC-3,plain");

        Assert.Equal(
            [(2L, "C-1", "Works, \"Ltd\""), (3L, "C-2", "two\r\nlines"), (6L, "C-3", "plain")],
            lines.Select(line => (line.Number, line.Record!.Account.ExternalRef, line.Record.Account.DisplayName)));
    }

    [Theory]
    [InlineData("\n", false)]
    [InlineData("\n", true)]
    [InlineData("\r\n", false)]
    [InlineData("\r\n", true)]
    public async Task Reads_any_line_end_and_with_or_without_a_byte_order_mark(string end, bool hasMark)
    {
        var text = string.Join(end, "kind,external_ref,display_name", "account,C-1,Müller", "account,C-2,Søn");

        var lines = await ReadAsync([.. hasMark ? Encoding.UTF8.GetPreamble() : [], .. Encoding.UTF8.GetBytes(text)], kind: null);

        Assert.Equal(["Müller", "Søn"], lines.Select(line => line.Record!.Account.DisplayName));
    }

    [Fact]
    public async Task Refuses_the_line_that_is_not_UTF_8_and_no_other()
    {
        byte[] text = [.. "external_ref,display_name\nC-1,a\nC-2,M"u8, 0xFC, .. "ller\nC-3,b\n"u8];

        var lines = await ReadAsync(text);

        Assert.Equal(["", "NOT_UTF8", ""], lines.Select(line => line.Problem?.Reason ?? ""));
        Assert.Equal(3, lines[1].Number);
    }

    [Theory]
    [InlineData("machine_limit", "many", "machine_limit: 'many' is no whole number.")]
    [InlineData("perpetual_offline", "maybe", "perpetual_offline: 'maybe' is neither true nor false.")]
    [InlineData("activation_mode", "free", "activation_mode: 'free' is none of self-service, portal-only, approval.")]
    [InlineData("end_time", "31.12.2027", "end_time: '31.12.2027' is no date.")]
    [InlineData("features", "camera", "features: 'camera' is no feature line.")]
    [InlineData("machine_name", "press-7", "machine_name: a record of kind license has no such field")]
    public async Task Says_which_cell_is_wrong_and_how_it_is_written(string column, string cell, string message)
    {
        var line = Assert.Single(await ReadAsync($"external_ref,{column}\nL-1,{cell}\n", "license"));

        Assert.Equal("NOT_A_RECORD", line.Problem!.Reason);
        Assert.StartsWith(message, line.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_line_with_more_or_fewer_cells_than_the_heading()
    {
        var lines = await ReadAsync("external_ref,display_name\nC-1\nC-2,a,b\nC-3,c\n");

        Assert.Equal(
            ["The line has 1 cells, and the heading 2.", "The line has 3 cells, and the heading 2.", null],
            lines.Select(line => line.Problem?.Message));
    }

    [Theory]
    [InlineData("external_ref,display_name\nC-1,a\nC-2,\"never ends\nC-3,c\n", "FILE_BROKEN", "line 3: a quote does not end")]
    [InlineData("external_ref,colour\nC-1,red\n", "FILE_BROKEN", "line 1: there is no column colour")]
    [InlineData("external_ref,external_ref\nC-1,C-1\n", "FILE_BROKEN", "line 1: the column external_ref stands there twice")]
    public async Task Gives_up_on_a_file_whose_lines_can_not_be_told(string text, string reason, string message)
    {
        var failure = await Assert.ThrowsAsync<CommandFailure>(() => ReadAsync(text));

        Assert.Equal(reason, failure.Reason);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".csv", "x", "FILE_BROKEN")]
    [InlineData(".csv", ",", "LINE_TOO_LONG")]
    [InlineData(".jsonl", "x", "LINE_TOO_LONG")]
    public async Task Gives_up_on_a_line_that_is_longer_than_any_record(string ending, string filling, string reason)
    {
        var longLine = string.Concat(Enumerable.Repeat(filling, BoundedLines.MaxLine));

        var failure = await Assert.ThrowsAsync<CommandFailure>(
            () => ReadAsync(Encoding.UTF8.GetBytes($"external_ref,display_name\nC-1,{longLine}"), "account", ending));

        Assert.Equal(reason, failure.Reason);
        Assert.Contains("line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Needs_to_know_of_what_kind_the_lines_are()
    {
        var failure = await Assert.ThrowsAsync<CommandFailure>(
            () => ReadAsync(Encoding.UTF8.GetBytes("external_ref,display_name\nC-1,a\n"), kind: null));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49 30", "'+49 30")]
    [InlineData("-", "'-")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("'=x", "''=x")]
    [InlineData("'s", "''s")]
    [InlineData("plain = text", "plain = text")]
    [InlineData("", "")]
    public void Guards_what_a_spreadsheet_takes_for_a_formula_and_loses_nothing(string text, string guarded)
    {
        Assert.Equal(guarded, FormulaGuard.Guard(text));
        Assert.Equal(text, FormulaGuard.Unguard(guarded));
    }

    [Fact]
    public async Task Writes_every_field_of_every_kind_so_that_it_is_read_the_same()
    {
        string[] columns = [RecordCells.KindColumn, .. RecordCells.Kinds.SelectMany(RecordCells.Columns).Distinct()];
        var records = Full().ToList();
        var csv = string.Concat(records.Prepend(null).Select(record => CsvLine.Of(record is null
            ? columns
            : RecordCells.Write(record, columns).Select(FormulaGuard.Guard))));

        var read = await ReadAsync(Encoding.UTF8.GetBytes(csv), kind: null);

        Assert.Equal(records, read.Select(line => line.Record));
        Assert.All(records, record =>
        {
            var part = (Google.Protobuf.IMessage)EstateRecord.Descriptor.FindFieldByName(RecordCells.KindOf(record)).Accessor.GetValue(record);
            Assert.All(part.Descriptor.Fields.InDeclarationOrder(), field => Assert.NotEqual("", RecordCells.Write(record, [field.Name]).Single()));
        });
    }

    [Theory]
    [InlineData(".csv", "external_ref,display_name\nC-1,\"a, b\"\nC-2,'=x\n")]
    [InlineData(".jsonl", "{\"account\":{\"external_ref\":\"C-1\",\"display_name\":\"a, b\"}}\n\n# a remark\n{\"account\":{\"externalRef\":\"C-2\",\"displayName\":\"=x\"}}\n")]
    public async Task A_report_of_refused_lines_is_read_like_the_file(string ending, string text)
    {
        var lines = await ReadAsync(Encoding.UTF8.GetBytes(text), "account", ending);
        var again = await ReadAsync(await ReportAsync(text, ending), "account", ending);
        var once = await ReadAsync(await ReportAsync(Encoding.UTF8.GetString(await ReportAsync(text, ending)), ending), "account", ending);

        Assert.Equal(["a, b", "=x"], lines.Select(line => line.Record!.Account.DisplayName));
        Assert.Equal(lines.Select(line => line.Record), again.Select(line => line.Record));
        Assert.Equal(lines.Select(line => line.Record), once.Select(line => line.Record));
    }

    [Fact]
    public async Task Refuses_a_line_that_is_no_record_in_JSON_and_goes_on()
    {
        var lines = await ReadAsync(
            Encoding.UTF8.GetBytes("{\"account\":{\"colour\":1}}\nnonsense\n{\"account\":{\"external_ref\":\"C-1\"}}"), kind: null, ".jsonl");

        Assert.Equal(["NOT_A_RECORD", "NOT_A_RECORD", ""], lines.Select(line => line.Problem?.Reason ?? ""));
        Assert.Equal([1L, 2L, 3L], lines.Select(line => line.Number));
    }

    private async Task<byte[]> ReportAsync(string text, string ending)
    {
        var input = await WriteAsync(Encoding.UTF8.GetBytes(text), "account", ending);
        var report = new StringWriter(CultureInfo.InvariantCulture);
        var isFirst = true;
        await foreach (var line in input.ReadAsync(CancellationToken.None))
        {
            await input.WriteRefusedAsync(report, line, new LineProblem("SOME_REASON", "Some\nmessage, \"quoted\"."), isFirst);
            isFirst = false;
        }

        return Encoding.UTF8.GetBytes(report.ToString());
    }

    private static IEnumerable<EstateRecord> Full()
    {
        var time = Timestamp.FromDateTimeOffset(new DateTimeOffset(2025, 12, 31, 23, 59, 59, 250, TimeSpan.Zero));
        yield return new EstateRecord
        {
            Product = new EstateProduct { Name = "products/1", Code = "acme-cad", DisplayName = "=cmd|' /C calc'!A0", CreateTime = time },
        };
        yield return new EstateRecord
        {
            Account = new EstateAccount
            {
                Name = "accounts/1",
                ExternalRef = "-C-1",
                DisplayName = "'Works\", \r\nLtd ",
                CreateTime = time,
                Parent = "accounts/0",
                ParentRef = "+C-0",
                CustomerNumber = "=7",
                Contact = new ContactDetails
                {
                    PostalAddress = "1 \"Mill\" Lane,\nTown",
                    CountryCode = "DE",
                    ContactName = "@Ann",
                    ContactEmail = "ann@example.com",
                    ContactPhoneNumber = "+49 1",
                },
                Policy = AccountPolicy.OpenUntilSupervised,
                SuperviseTime = time,
            },
        };
        yield return new EstateRecord
        {
            License = new EstateLicense
            {
                Name = "accounts/1/licenses/1",
                ExternalRef = "@L-1",
                Account = "accounts/1",
                AccountRef = "C-1",
                ProductCode = "acme-cad",
                Edition = "+pro",
                Editions = { "+pro", "=basic" },
                AwaitsConfiguration = true,
                SoldMachineLimit = 7,
                Slc = "AAAAA",
                ActivationMode = ActivationMode.PortalOnly,
                MachineLimit = 5,
                MachineOverage = 1,
                MachineMatch = 3,
                ReleaseLimit = 0,
                PerpetualOffline = true,
                TrialDuration = new Duration { Seconds = 30 * 86_400 },
                EndTime = time,
                CareEndTime = time,
                CreateTime = time,
                SuspendTime = time,
                RevokeTime = time,
                Features =
                {
                    new FeatureLine { Code = "export", Counts = FeatureCount.License, Quantity = 1 },
                    new FeatureLine { Code = "camera", Counts = FeatureCount.Device, Quantity = 4, Overage = 2 },
                    new FeatureLine { Code = "render", Counts = FeatureCount.Lease, Quantity = 5, LeaseDuration = new Duration { Seconds = 2_592_000 } },
                },
            },
        };
        yield return new EstateRecord
        {
            Trial = new EstateTrial
            {
                Name = "accounts/1/licenses/1/trials/1",
                License = "accounts/1/licenses/1",
                LicenseRef = "L-1",
                MachineName = "press 7",
                StartTime = time,
                EndTime = time,
                Extensions = 1,
                InstanceThumbprints = { "abc", "d\"e" },
                Components = { new MachineComponent { Kind = "board", Hashes = { "x", "y" } } },
            },
        };
        yield return new EstateRecord
        {
            Activation = new EstateActivation
            {
                Trial = "accounts/1/licenses/1/trials/1",
                Name = "accounts/1/licenses/1/activations/1",
                ExternalRef = "M-1",
                License = "accounts/1/licenses/1",
                LicenseRef = "L-1",
                MachineName = "press \"7\"",
                InstanceThumbprint = "abc",
                Generation = 7,
                SeatGeneration = 2,
                FileExpireTime = time,
                ProductVersion = "4.2",
                BuildDate = "2026-01-15",
                CreateTime = time,
                Components = { new MachineComponent { Kind = "mac", Hashes = { "a", "b" } } },
                Devices = { new Device { Id = "cam \"1\", left", Feature = "camera", Model = "X" }, new Device { Id = "2", Feature = "camera" } },
            },
        };
    }

    private Task<List<InputLine>> ReadAsync(string text, string kind = "account") => ReadAsync(Encoding.UTF8.GetBytes(text), kind);

    private async Task<List<InputLine>> ReadAsync(byte[] text, string? kind = "account", string ending = ".csv")
    {
        var lines = new List<InputLine>();
        var input = await WriteAsync(text, kind, ending);
        await foreach (var line in input.ReadAsync(CancellationToken.None))
        {
            lines.Add(line);
        }

        return lines;
    }

    private async Task<InputFile> WriteAsync(byte[] text, string? kind, string ending)
    {
        var path = _folder.File($"{Guid.NewGuid():N}{ending}");
        await File.WriteAllBytesAsync(path, text);
        return InputFile.Of(path, format: null, kind);
    }
}
