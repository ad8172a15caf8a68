using Entitlement.Domain.Errors;

namespace Entitlement.Domain.Names;

/// <summary>
/// Reads names of the form <c>collection/{uuid}/collection/{uuid}</c>. A UUID counts only in the one spelling that we
/// write, so that a resource has one name.
/// </summary>
internal static class NamePattern
{
    internal const int UuidLength = 36;

    internal static bool TryParse(string text, ReadOnlySpan<string> collections, out Guid[] ids)
    {
        ids = new Guid[collections.Length];
        var rest = text.AsSpan();
        for (var i = 0; i < collections.Length; i++)
        {
            var prefix = i == 0 ? $"{collections[i]}/" : $"/{collections[i]}/";
            if (!rest.StartsWith(prefix, StringComparison.Ordinal)
                || rest.Length < prefix.Length + UuidLength
                || !TryParseUuid(rest.Slice(prefix.Length, UuidLength), out ids[i]))
            {
                return false;
            }

            rest = rest[(prefix.Length + UuidLength)..];
        }

        return rest.IsEmpty;
    }

    /// <summary>A name of something that belongs to an account, or to the system when no account stands before it.</summary>
    internal static bool TryParseOwned(string text, string collection, out Guid? account, out Guid id)
    {
        if (TryParse(text, [collection], out var alone))
        {
            (account, id) = (null, alone[0]);
            return true;
        }

        var isOwned = TryParse(text, ["accounts", collection], out var ids);
        (account, id) = (ids[0], ids[^1]);
        return isOwned;
    }

    internal static string Owned(Guid? account, string collection, Guid id) =>
        account is { } owner ? $"accounts/{owner}/{collection}/{id}" : $"{collection}/{id}";

    internal static EntitlementException Refuse(string field, string format) =>
        Refusal.InvalidArgument(field, $"must have the format {format}, with UUIDs in lower case");

    internal static bool TryParseUuid(ReadOnlySpan<char> text, out Guid id) =>
        Guid.TryParseExact(text, "D", out id) && !text.ContainsAnyInRange('A', 'F');
}
