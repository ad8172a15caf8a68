using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Entitlement.Server.Tests.Activations;

/// <summary>
/// The database was put back from an older copy while newer license files are outside: generations go on, it is told, and
/// nobody is locked out.
/// </summary>
public sealed class RestoredDatabaseTests : IAsyncLifetime, IDisposable
{
    private readonly InstalledProduct _product = new();
    private ActivationStory _story = null!;

    public async Task InitializeAsync() => _story = await ActivationStory.BeginAsync(
        DatabaseKind.Sqlite, license => license.MachineLimit = 3);

    public async Task DisposeAsync() => await _story.DisposeAsync();

    public void Dispose() => _product.Dispose();

    [Fact]
    public async Task A_machine_with_a_newer_file_gets_one_that_is_newer_still_and_it_is_told_and_recorded()
    {
        var activation = (await _story.ActivateAsync(Ask(generation: 0))).Activation.Name;
        await ForgetAsync(async () =>
        {
            await _story.RefreshAsync(Refresh(generation: 1));
            await _story.RefreshAsync(Refresh(generation: 2));
        });

        var answer = await _story.RefreshAsync(Refresh(generation: 3));
        var next = await _story.RefreshAsync(Refresh(generation: 4));

        Assert.Equal((4, GenerationNotice.Ahead), (Generation(answer.LicenseFile), answer.GenerationNotice));
        Assert.Equal((5, GenerationNotice.Unspecified), (Generation(next.LicenseFile), next.GenerationNotice));
        Assert.Contains(_story.Host.Logs.Lines, line => line.Values.Contains($"activation={activation}", StringComparison.OrdinalIgnoreCase)
            && line.Values.Contains("told=3", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(
            await _story.RecordsAsync("activation.issue"),
            record => record.Details.Contains("\"generation_notice\":\"Ahead\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_whose_answer_was_forgotten_gets_a_file_that_its_machine_takes()
    {
        await _story.ActivateAsync(Ask(generation: 0));
        var request = Refresh(generation: 1);
        var forgotten = ByteString.Empty;
        await ForgetAsync(async () => forgotten = (await _story.RefreshAsync(request)).LicenseFile);

        var again = await _story.RefreshAsync(request);

        Assert.InRange(Generation(again.LicenseFile), Generation(forgotten), int.MaxValue);
        Assert.True(_story.Verify(again.LicenseFile, _product).IsValid);
    }

    [Fact]
    public async Task A_machine_that_the_copy_does_not_know_activates_anew_above_what_it_has()
    {
        await ForgetAsync(() => _story.ActivateAsync(Ask(generation: 0)));

        var anew = await _story.ActivateAsync(Ask(generation: 1));

        Assert.Equal((2, GenerationNotice.Ahead), (anew.Activation.Generation, anew.GenerationNotice));
        Assert.Equal(1, (await _story.Host.ReadAsync(_story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_seat_that_was_returned_after_the_copy_is_free_again_by_the_same_receipt()
    {
        var activation = (await _story.ActivateAsync(Ask(generation: 0))).Activation.Name;
        var receipt = _product.Return(activation);
        await ForgetAsync(() => _story.ReturnAsync(receipt));
        Assert.Equal(1, (await _story.Host.ReadAsync(_story.License)).MachinesHeld);

        await _story.ReturnAsync(receipt);

        Assert.Equal(0, (await _story.Host.ReadAsync(_story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_product_that_reported_since_goes_on_with_its_next_number()
    {
        using var machine = await ReportingMachine.ActivateAsync(_story);
        await machine.LeaseAsync(0);
        await ForgetAsync(async () =>
        {
            await machine.LeaseAsync(0);
            await machine.LeaseAsync(0);
        });

        var report = await machine.LeaseAsync(0);

        Assert.Equal(ActivationState.InForce, report.State);
        Assert.Null((await _story.ReadAsync(machine.Activation)).CloneSuspectedTime);
    }

    /// <summary>Copies the database, lets something happen, and puts the copy back.</summary>
    private async Task ForgetAsync(Func<Task> happening)
    {
        var copy = $"{_story.Host.DatabaseFile}.copy";
        await StopAsync();
        File.Copy(_story.Host.DatabaseFile, copy);
        await _story.Host.StartAgainAsync();
        await happening();
        await StopAsync();
        File.Move(copy, _story.Host.DatabaseFile, overwrite: true);
        await _story.Host.StartAgainAsync();
    }

    /// <summary>The last connection that is closed writes the log of SQLite back into the file.</summary>
    private async Task StopAsync()
    {
        await _story.Host.StopAsync();
        SqliteConnection.ClearAllPools();
    }

    private ByteString Ask(int generation) => _product.Sign(_product.Ask(_story.License.Slc) with { Generation = generation });

    private ByteString Refresh(int generation) => _product.Sign(_product.Ask(_story.License.Slc) with
    {
        Operation = LicenseRequestOperation.Refresh,
        Generation = generation,
    });

    private static int Generation(ByteString licenseFile) => ActivationStory.Read(licenseFile).Generation;
}
