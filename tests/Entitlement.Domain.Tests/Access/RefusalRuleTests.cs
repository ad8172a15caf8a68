using System.Collections.Immutable;
using Entitlement.Domain.Access;
using static Entitlement.Domain.Tests.Access.Tree;

namespace Entitlement.Domain.Tests.Access;

public class RefusalRuleTests
{
    [Fact]
    public void Takes_the_nearest_of_the_callers_accounts_on_one_line_with_the_named_one()
    {
        Assert.Equal<Guid>(Line(Customer), Find(Customer, Customer, Vendor)!.Value);
        Assert.Equal<Guid>(Line(Partner), Find(Customer, Vendor, Partner, OtherCustomer)!.Value);
        Assert.Equal<Guid>(Line(Customer), Find(Vendor, Customer)!.Value);
        Assert.Equal<Guid>(Line(Vendor), Find(Partner, Customer, Vendor)!.Value);
        Assert.Null(Find(Customer, OtherCustomer, OtherPartner));
        Assert.Null(RefusalRule.FindLine([], [Line(Customer)]));
    }

    [Fact]
    public void Sends_to_the_first_from_there_upwards_who_manage_access()
    {
        var tree = new Tree()
            .With("supervisor", Customer, Colleague)
            .With("administrator", Partner, Team)
            .With("licensing", OtherCustomer, Person);

        Assert.Equal((Customer, Colleague), Contact(tree, Customer));
        Assert.Equal((Partner, Id(40)), Contact(tree, OtherCustomer));
        Assert.Null(Contact(tree, Vendor));
    }

    [Fact]
    public void Never_sends_to_an_ended_role_an_empty_group_or_who_manages_less_than_the_account()
    {
        var tree = new Tree()
            .With("supervisor", Customer, Colleague, until: Now)
            .With("company-administrator", Customer, Id(31))
            .With("project-manager", Customer, Colleague)
            .With("administrator", License, Colleague)
            .With("vendor-representative", Vendor, Colleague);

        Assert.Equal((Vendor, Colleague), Contact(tree, Customer));
    }

    [Fact]
    public void Tells_of_an_account_only_those_on_its_line_and_those_who_hold_something_there()
    {
        var account = AccessTarget.Account(Customer);

        Assert.True(MayKnow(new Tree(), account, isOnLine: true));
        Assert.False(MayKnow(new Tree(), account, isOnLine: false));
        Assert.True(MayKnow(new Tree().With("dashboard-viewer", Vendor), account, isOnLine: false));
        Assert.False(MayKnow(new Tree().With("dashboard-viewer", OtherCustomer), account, isOnLine: false));
    }

    [Fact]
    public void What_is_told_of_a_license_never_depends_on_a_role_on_the_license_itself()
    {
        Assert.False(MayKnow(
            new Tree().With("license-user", License), AccessTarget.License(Customer, License), isOnLine: false));
    }

    [Fact]
    public void Tells_of_a_product_only_those_who_hold_something_on_it()
    {
        Assert.True(MayKnow(new Tree().With("quota-viewer", Product), AccessTarget.Product(Product), isOnLine: false));
        Assert.False(MayKnow(new Tree().With("quota-viewer", Id(99)), AccessTarget.Product(Product), isOnLine: false));
    }

    [Fact]
    public void Tells_of_the_system_everybody_and_of_a_person_nobody_else()
    {
        Assert.True(MayKnow(new Tree(), AccessTarget.System, isOnLine: false));
        Assert.True(MayKnow(new Tree(), AccessTarget.Person(Person, null), isOnLine: false));
        Assert.False(MayKnow(new Tree(), AccessTarget.Person(Colleague, null), isOnLine: false));
    }

    private static ImmutableArray<Guid>? Find(Guid named, params Guid[] own) =>
        RefusalRule.FindLine(Line(named), own.Select(Line));

    private static bool MayKnow(Tree tree, AccessTarget target, bool isOnLine) => RefusalRule.MayKnow(
        tree.View(target.AccountId == Guid.Empty ? null : target.AccountId, product: Product), target, isOnLine, Now);

    private static (Guid, Guid)? Contact(Tree tree, Guid account)
    {
        var contact = RefusalRule.FindContact(
            tree.Accounts(account),
            RoleBook.BuiltIn,
            subject => subject == Team ? [Id(40)] : subject == Id(31) ? [] : [subject],
            Now);
        return contact is null ? null : (contact.AccountId, Assert.Single(contact.People));
    }
}
