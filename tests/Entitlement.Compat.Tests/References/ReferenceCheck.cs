namespace Entitlement.Compat.Tests.References;

/// <summary>Looks up what one assembly asks of the contract assemblies.</summary>
internal static class ReferenceCheck
{
    private static readonly string[] OfObject =
    [
        "instance ToString() : System.String",
        "instance Equals(System.Object) : System.Boolean",
        "instance GetHashCode() : System.Int32",
        "instance Finalize() : System.Void",
    ];

    /// <summary>How many types, members and overrides were looked up, and those that were not found.</summary>
    public static (int Checked, IReadOnlyList<string> Missing) Run(
        ConsumerAssembly consumer, IReadOnlyDictionary<string, ContractAssembly> contracts)
    {
        var found = new List<(string Asked, bool IsThere)>();
        foreach (var type in consumer.Types.Where(IsContract))
        {
            found.Add(($"type {type}", ContractOf(type).Types.Contains(type.Name)));
        }

        foreach (var (type, member) in consumer.Members.Where(asked => IsContract(asked.Type)))
        {
            found.Add(($"{type.Name}: {member}", Offers(type, t => ContractOf(t).MembersOf(t.Name), member)));
        }

        foreach (var (type, member) in consumer.Overrides.Where(asked => IsContract(asked.Base)))
        {
            found.Add((
                $"{type} overridden: {member}",
                OfObject.Contains(member) || Offers(type, ContractOf(type).VirtualMembersOf, member)));
        }

        return (found.Count, [.. found.Where(entry => !entry.IsThere).Select(entry => entry.Asked).Order()]);

        bool IsContract(TypeText type) => type.Assembly is not null && contracts.ContainsKey(type.Assembly);
        ContractAssembly ContractOf(TypeText type) => contracts[type.Assembly!];
        bool Offers(TypeText type, Func<TypeText, ISet<string>> members, string member) =>
            ContractOf(type).Types.Contains(type.Name) && members(type).Contains(member);
    }
}
