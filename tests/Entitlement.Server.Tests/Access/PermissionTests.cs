namespace Entitlement.Server.Tests.Access;

public class PermissionTests
{
    [Fact]
    public void The_domain_knows_the_permissions_of_the_contract_by_the_same_names_and_numbers()
    {
        var ofContract = Enum.GetValues<V1.Permission>()
            .Where(permission => permission != V1.Permission.Unspecified)
            .Select(permission => ($"{permission}", (int)permission));

        Assert.Equal(
            ofContract,
            Enum.GetValues<Domain.Access.Permission>().Select(permission => ($"{permission}", (int)permission)));
    }

    [Fact]
    public void A_set_of_all_permissions_fits_into_two_machine_words() =>
        Assert.All(Enum.GetValues<Domain.Access.Permission>(), permission => Assert.InRange((int)permission, 0, 127));
}
