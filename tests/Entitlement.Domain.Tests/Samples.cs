using Entitlement.Domain.Activations;
using Entitlement.Domain.Licenses;
using Entitlement.Domain.Names;

namespace Entitlement.Domain.Tests;

/// <summary>Valid things to vary from.</summary>
internal static class Samples
{
    internal static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    internal static readonly AccountName Account = new(Guid.Parse("01981d00-0000-7000-8000-000000000001"));

    internal static readonly ProductName Product = new(Guid.Parse("01981d00-0000-7000-8000-000000000002"));

    internal static (License License, IReadOnlyList<FeatureLine> Features) NewLicense(LicenseTerms? terms = null) =>
        License.Create(Account, Product, terms ?? new LicenseTerms(), Now);

    internal static MachineFacts Machine(int generation = 0, DateOnly? buildDate = null, params Device[] devices) => new()
    {
        Thumbprint = new byte[32],
        MachineName = "press-7",
        Components = """{"os":["AAAA"]}""",
        Product = "acme-cad",
        ProductVersion = "4.2",
        BuildDate = buildDate ?? new(2026, 5, 1),
        Generation = generation,
        Devices = devices,
    };
}
