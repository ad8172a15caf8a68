using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Entitlement.Server.Tests.Layout;

/// <summary>Which members of certain types an assembly refers to, read from its metadata.</summary>
internal static class MetadataCalls
{
    public static IReadOnlyList<string> To(Assembly assembly, string[] types)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences
            .Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (Type: NameOf(metadata, (TypeReferenceHandle)member.Parent), Member: metadata.GetString(member.Name)))
            .Where(member => types.Contains(member.Type, StringComparer.Ordinal))
            .Select(member => $"{member.Type}.{member.Member}")];
    }

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
