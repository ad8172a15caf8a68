using System.Collections.Frozen;
using Entitlement.Domain.Errors;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Entitlement.Server.Errors;

/// <summary>The reasons of the contract with their status codes, read once from the <c>status_code</c> option of the protos.</summary>
internal sealed class ErrorCatalogue
{
    private const string Prefix = "ERROR_REASON_";

    private readonly FrozenDictionary<FailureReason, CatalogueEntry> _entries;

    private ErrorCatalogue(FrozenDictionary<FailureReason, CatalogueEntry> entries) => _entries = entries;

    /// <summary>In order of their numbers.</summary>
    public IEnumerable<CatalogueEntry> Entries => _entries.Values.OrderBy(entry => entry.Number);

    public CatalogueEntry this[FailureReason reason] => _entries[reason];

    /// <exception cref="InvalidOperationException">A reason lacks a status code, or its namesake in the domain.</exception>
    public static ErrorCatalogue Load() => Load(ErrorsReflection.Descriptor.EnumTypes.Single(type => type.Name == nameof(ErrorReason)));

    /// <inheritdoc cref="Load()"/>
    public static ErrorCatalogue Load(EnumDescriptor reasons)
    {
        var byName = reasons.Values
            .Where(value => value.Number != 0)
            .Select(Read)
            .ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var entries = Enum.GetValues<FailureReason>().ToFrozenDictionary(reason => reason, reason =>
            byName.Remove(UpperSnakeCase.Of(reason), out var entry)
                ? entry
                : throw new InvalidOperationException($"The contract has no {Prefix}{UpperSnakeCase.Of(reason)}."));
        return byName.Count == 0
            ? new ErrorCatalogue(entries)
            : throw new InvalidOperationException($"The domain has no reason {string.Join(", ", byName.Keys)}.");
    }

    private static CatalogueEntry Read(EnumValueDescriptor value)
    {
        var code = value.GetOptions()?.GetExtension(ErrorsExtensions.StatusCode) ?? 0;
        return code is > (int)StatusCode.OK and <= (int)StatusCode.Unauthenticated
            ? new CatalogueEntry(value.Number, value.Name, value.Name[Prefix.Length..], (StatusCode)code)
            : throw new InvalidOperationException($"{value.Name} does not declare (entitlement.v1.status_code).");
    }
}

/// <summary>One reason.</summary>
/// <param name="Number">Its number in the contract.</param>
/// <param name="FullName">Its name in the contract.</param>
/// <param name="Name">The same without the prefix, as <c>ErrorInfo</c> carries it.</param>
/// <param name="Code">The status code with which it is answered.</param>
internal sealed record CatalogueEntry(int Number, string FullName, string Name, StatusCode Code);
