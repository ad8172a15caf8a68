using Entitlement.EndToEnd.Tests.Machinery;
using Entitlement.Testing;

namespace Entitlement.EndToEnd.Tests.Contract;

/// <summary>The protos keep their style and their promises; buf judges both.</summary>
public sealed class ContractTests
{
    private const string Image = "tests/golden/contract.binpb";

    [Fact]
    public async Task Keeps_to_the_style_of_protos() => (await BufAsync("lint", "protos")).Succeeded();

    [Fact]
    public async Task Breaks_nothing_that_was_promised() =>
        (await BufAsync("breaking", "protos", "--against", Image)).Succeeded();

    [Fact]
    public async Task Notices_a_removed_field()
    {
        using var folder = new TemporaryFolder();
        (await Command.RunAsync("cp", "-r", Repository.At("protos"), folder.File("protos"))).Succeeded();
        var product = folder.File("protos/entitlement/v1/product.proto");
        var text = await File.ReadAllTextAsync(product);
        await File.WriteAllTextAsync(product, text.Replace("string code = 2;", "", StringComparison.Ordinal));

        var found = await BufAsync("breaking", folder.File("protos"), "--against", Image);

        Assert.NotEqual(0, found.ExitCode);
        Assert.Contains("Previously present field \"2\" with name \"code\" on message \"Product\" was deleted", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notices_a_comment_that_is_missing()
    {
        using var folder = new TemporaryFolder();
        (await Command.RunAsync("cp", "-r", Repository.At("protos"), folder.File("protos"))).Succeeded();
        await File.AppendAllTextAsync(folder.File("protos/entitlement/v1/product.proto"), "message Bare {}\n");

        var found = await BufAsync("lint", folder.File("protos"));

        Assert.NotEqual(0, found.ExitCode);
        Assert.Contains("Message \"Bare\" should have a non-empty comment", found.Output, StringComparison.Ordinal);
    }

    // Where buf is missing, its own script says how to install it and ends with 127, which fails the test with that text.
    private static Task<Finished> BufAsync(params string[] arguments) => Command.RunAsync(Repository.At("tools/buf/buf"), arguments);
}
