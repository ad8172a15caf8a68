using Entitlement.CommandLine.Invocation;
using Entitlement.V1;
using Google.Protobuf.Reflection;

namespace Entitlement.CommandLine.Access;

/// <summary>Permissions as people write them: <c>license.read_code</c>.</summary>
internal static class PermissionText
{
    private const string Prefix = "PERMISSION_";

    /// <summary>Kinds of two words.</summary>
    private static readonly string[] Kinds = ["service_account"];

    private static readonly EnumDescriptor Contract =
        PermissionCheck.Descriptor.FindFieldByNumber(PermissionCheck.PermissionFieldNumber).EnumType;

    // In the contract's names nothing parts the kind from the action, so neither does this key.
    private static readonly Dictionary<string, Permission> ByName = Contract.Values
        .ToDictionary(value => Spell(value.Name), value => (Permission)value.Number, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandFailure">There is no such permission.</exception>
    public static Permission Read(string text) => ByName.TryGetValue(Spell(Prefix + text), out var permission)
        ? permission
        : throw CommandFailure.Usage(
            $"There is no permission '{text}'.", "They are listed in protos/entitlement/v1/authorization.proto.");

    /// <summary><c>PERMISSION_LICENSE_READ</c> becomes <c>license.read</c>.</summary>
    public static string Name(Permission permission)
    {
        var words = (Contract.FindValueByNumber((int)permission)?.Name ?? $"{Prefix}{(int)permission}")[Prefix.Length..]
            .ToLowerInvariant();
        var kind = Kinds.FirstOrDefault(kind => words.StartsWith($"{kind}_", StringComparison.Ordinal))
            ?? words.Split('_')[0];
        return words.Length > kind.Length ? $"{kind}.{words[(kind.Length + 1)..]}" : words;
    }

    private static string Spell(string text) => text.Replace('.', '_');
}
