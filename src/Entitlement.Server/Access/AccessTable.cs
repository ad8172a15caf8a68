using System.Collections.Frozen;
using System.Collections.Immutable;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Entitlement.Server.Access;

/// <summary>What each served method requires, read once from the <c>requires</c> option of the protos.</summary>
internal sealed class AccessTable
{
    private static readonly MethodAccess Open = new(Permission.None, Resource: null, OpenToProducts: false, Filtered: false, IsStandard: true, Reads: true);

    /// <summary>RPCs that change nothing begin so; every other one is taken for a change.</summary>
    public static readonly ImmutableArray<string> ReadingVerbs =
    [
        "Get", "List", "Preview", "Retrieve", "Check", "BatchCheck", "Explain", "DryRun", "Watch", "Export", "Await",
    ];

    private readonly FrozenDictionary<string, MethodAccess> _methods;

    private AccessTable(FrozenDictionary<string, MethodAccess> methods) => _methods = methods;

    /// <summary>By the full name of the method: <c>/package.Service/Method</c>.</summary>
    public IReadOnlyDictionary<string, MethodAccess> Methods => _methods;

    /// <param name="services">Ours: each method declares what it requires.</param>
    /// <param name="standard">Those that others define, whose protos can't declare anything: anybody may call them.</param>
    /// <exception cref="InvalidOperationException">A method declares no requirement, or an impossible one.</exception>
    public static AccessTable Load(IEnumerable<ServiceDescriptor> services, IEnumerable<ServiceDescriptor> standard) =>
        new(ReadAll(services, Read).Concat(ReadAll(standard, _ => Open)).ToFrozenDictionary(StringComparer.Ordinal));

    private static IEnumerable<KeyValuePair<string, MethodAccess>> ReadAll(
        IEnumerable<ServiceDescriptor> services, Func<MethodDescriptor, MethodAccess> read) =>
        services.SelectMany(service => service.Methods).Select(method => KeyValuePair.Create(FullName(method), read(method)));

    private static string FullName(MethodDescriptor method) => $"/{method.Service.FullName}/{method.Name}";

    private static MethodAccess Read(MethodDescriptor method)
    {
        var requirement = method.GetOptions()?.GetExtension(AuthorizationExtensions.Requires);
        if (requirement is null or { Permission: Permission.Unspecified })
        {
            throw new InvalidOperationException($"{FullName(method)} does not declare (entitlement.v1.requires).");
        }

        return new MethodAccess(
            requirement.Permission,
            ResourceField(method, requirement),
            requirement.OpenToProducts,
            requirement.Filtered,
            IsStandard: false,
            ReadingVerbs.Any(verb => method.Name.StartsWith(verb, StringComparison.Ordinal)));
    }

    private static FieldDescriptor? ResourceField(MethodDescriptor method, Requirement requirement)
    {
        if (requirement.ResourceField.Length == 0)
        {
            return null;
        }

        var field = method.InputType.FindFieldByName(requirement.ResourceField);
        return field is { FieldType: FieldType.String, IsRepeated: false }
            ? field
            : throw new InvalidOperationException(
                $"{FullName(method)} requires resource_field '{requirement.ResourceField}', "
                + $"but {method.InputType.FullName} has no such string field.");
    }
}

/// <summary>What one method requires.</summary>
/// <param name="Permission">What the caller must hold.</param>
/// <param name="Resource">The request field that names what it must be held on; null for the installation.</param>
/// <param name="OpenToProducts">
/// Whether an installed product may call it without credentials. Which resource is meant then stands inside the request, so
/// the service asks the decider itself for callers that carry credentials.
/// </param>
/// <param name="Filtered">Whether anybody with credentials may call it, and gets what they hold the permission on.</param>
/// <param name="IsStandard">Whether it belongs to a standard service, which anybody may call whatever they carry.</param>
/// <param name="Reads">Whether it changes nothing.</param>
internal sealed record MethodAccess(
    Permission Permission, FieldDescriptor? Resource, bool OpenToProducts, bool Filtered, bool IsStandard, bool Reads);
