using Entitlement.Domain.Errors;
using Entitlement.Server.Errors;
using Entitlement.Testing.V1;
using Entitlement.V1;

namespace Entitlement.Server.Tests.Errors;

public class ErrorCatalogueTests
{
    [Fact]
    public void Matches_the_reviewed_catalogue() =>
        Golden.Matches("error-catalogue.txt", ErrorCatalogue.Load().Entries.Select(
            entry => $"{entry.Number} {entry.FullName} {entry.Code}"));

    [Fact]
    public void Pairs_the_reasons_of_the_domain_and_of_the_contract_by_name()
    {
        var domain = Enum.GetNames<FailureReason>();
        var contract = Enum.GetNames<ErrorReason>().Where(name => name != nameof(ErrorReason.Unspecified));

        Assert.Equal(domain.Order(StringComparer.Ordinal), contract.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Refuses_a_reason_without_a_status_code()
    {
        var incomplete = ProbeReflection.Descriptor.EnumTypes.Single();

        var refusal = Assert.Throws<InvalidOperationException>(() => ErrorCatalogue.Load(incomplete));

        Assert.Contains("INCOMPLETE_REASON_FORGOTTEN does not declare", refusal.Message, StringComparison.Ordinal);
    }
}
