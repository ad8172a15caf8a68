using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Testing;
using Entitlement.V1;
using Grpc.Core;

namespace Entitlement.Server.Tests.Signing;

public class FilesByKeyTests
{
    [Theory]
    [MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Lists_all_that_a_key_signed_over_all_accounts_page_by_page(DatabaseKind database)
    {
        await using var story = await ActivationStory.BeginAsync(database);
        using var product = new InstalledProduct();
        using var elsewhere = new InstalledProduct();
        var other = await story.Host.CreateLicenseAsync();
        List<ActivateResponse> issued =
        [
            await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc))),
            await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc))),
            await story.ActivateAsync(elsewhere.Sign(elsewhere.Ask(other.Slc))),
        ];
        var files = issued.Select(answer => LicenseFile.Read(answer.LicenseFile.Span)).ToList();

        var listed = await ListAsync(story, files[0].KeyId, pageSize: 2);

        Assert.Equal(
            files.Select(file => (file.Claims.Subject, file.Claims.Generation, $"{file.Claims.Jti}", file.KeyId)).Order(),
            listed.Select(file => (file.Activation, file.Generation, file.FileId, file.KeyId)).Order());
        Assert.Equal(listed.Select(file => file.IssueTime.ToDateTime()).Order(), listed.Select(file => file.IssueTime.ToDateTime()));
    }

    [Fact]
    public async Task Lists_nothing_of_a_key_that_signed_nothing_and_refuses_what_is_no_key()
    {
        await using var story = await ActivationStory.BeginAsync(DatabaseKind.Sqlite);
        using var product = new InstalledProduct();
        await story.ActivateAsync(product.Sign(product.Ask(story.License.Slc)));
        var request = new ListLicenseFilesRequest { KeyId = product.PublicKey.Thumbprint };

        var none = await ListAsync(story, product.PublicKey.Thumbprint, pageSize: 10);
        var malformed = await Shop.RefusedAsync(
            new KeyService.KeyServiceClient(story.Host.Administrator).ListLicenseFilesAsync(new ListLicenseFilesRequest { KeyId = "*" }));
        var anonymous = await Shop.RefusedAsync(new KeyService.KeyServiceClient(story.Host.Anonymous).ListLicenseFilesAsync(request));

        Assert.Empty(none);
        Assert.Equal(("INVALID_ARGUMENT", "key_id"), (malformed.Reason(), malformed.Info().Metadata["field"]));
        Assert.Equal(StatusCode.Unauthenticated, anonymous.StatusCode);
    }

    private static async Task<List<LicenseFileEntry>> ListAsync(ActivationStory story, string key, int pageSize)
    {
        var keys = new KeyService.KeyServiceClient(story.Host.Administrator);
        var listed = new List<LicenseFileEntry>();
        var request = new ListLicenseFilesRequest { KeyId = key, PageSize = pageSize };
        do
        {
            var page = await keys.ListLicenseFilesAsync(request);
            Assert.InRange(page.LicenseFiles.Count, 0, pageSize);
            listed.AddRange(page.LicenseFiles);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return listed;
    }
}
