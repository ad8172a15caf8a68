using Entitlement.Formats;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Activations;

public sealed class RefreshTests : IDisposable
{
    private readonly InstalledProduct _product = new();

    public void Dispose() => _product.Dispose();

    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task An_activation_that_stands_gets_its_next_file_and_no_seat_moves(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)));
        var request = _product.Sign(Refresh(story));

        var first = await story.RefreshAsync(request);
        var again = await story.RefreshAsync(request);

        Assert.Equal(2, ActivationStory.Read(first.LicenseFile).Generation);
        Assert.Equal((false, true), (first.RepeatedAnswer, again.RepeatedAnswer));
        Assert.Equal(first.LicenseFile, again.LicenseFile);
        Assert.Equal(1, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_machine_that_was_never_activated_takes_no_seat_by_refreshing()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var file = _product.Sign(Refresh(story));

        var refusal = await Assert.ThrowsAsync<RpcException>(() => story.RefreshAsync(file));
        var preview = await story.PreviewAsync(file);

        Assert.Equal(("NOT_ACTIVATED", story.License.Name), (refusal.Reason(), refusal.Info().Metadata["license"]));
        Assert.Equal(PreviewOutcome.Refused, preview.Outcome);
        Assert.Equal(0, (await story.Host.ReadAsync(story.License)).MachinesHeld);
    }

    [Fact]
    public async Task A_machine_whose_seat_was_released_is_told_so_and_may_activate_again()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var activation = (await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc)))).Activation;
        await story.ReleaseAsync(activation.Name);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => story.RefreshAsync(_product.Sign(Refresh(story))));
        var again = await story.ActivateAsync(_product.Sign(_product.Ask(story.License.Slc) with { Generation = 1 }));

        Assert.Equal(("ACTIVATION_ENDED", "RELEASED"), (refusal.Reason(), refusal.Info().Metadata["end"]));
        Assert.Equal((activation.Name, 2), (again.Activation.Name, again.Activation.Generation));
    }

    [Fact]
    public async Task A_request_is_taken_only_by_the_call_that_its_op_names()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        var activate = _product.Sign(_product.Ask(story.License.Slc));
        await story.ActivateAsync(activate);

        var byRefresh = await Assert.ThrowsAsync<RpcException>(() => story.RefreshAsync(activate));
        var byActivate = await story.RefusedAsync(_product.Sign(Refresh(story)));

        Assert.Equal(("WRONG_OPERATION", "refresh"), (byRefresh.Reason(), byRefresh.Info().Metadata["expected"]));
        Assert.Equal(("WRONG_OPERATION", "activate"), (byActivate.Reason(), byActivate.Info().Metadata["expected"]));
    }

    [Fact]
    public async Task The_license_state_is_told_before_the_activation_state()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        await new LicenseService.LicenseServiceClient(story.Host.Administrator).RevokeLicenseAsync(
            new RevokeLicenseRequest { Name = story.License.Name, Reason = "unpaid" });

        var refusal = await Assert.ThrowsAsync<RpcException>(() => story.RefreshAsync(_product.Sign(Refresh(story))));

        Assert.Equal("LICENSE_REVOKED", refusal.Reason());
    }

    private LicenseRequest Refresh(ActivationStory story) =>
        _product.Ask(story.License.Slc) with { Operation = LicenseRequestOperation.Refresh, Generation = 1 };
}
