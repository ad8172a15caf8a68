using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Entitlement.Compat.Tests.References;

/// <summary>What an assembly asks of others.</summary>
internal sealed class ConsumerAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;

    public ConsumerAssembly(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
    }

    /// <summary>The assemblies that it refers to, with the version and the token that it asks for.</summary>
    public IEnumerable<AssemblyName> Assemblies =>
        _reader.AssemblyReferences.Select(handle => _reader.GetAssemblyReference(handle).GetAssemblyName());

    /// <summary>The types of others that it names.</summary>
    public IEnumerable<TypeText> Types => _reader.TypeReferences.Select(handle => TypeTextProvider.Read(_reader, handle));

    /// <summary>The members of others that it names, explicit implementations of interfaces among them.</summary>
    public IEnumerable<(TypeText Type, string Member)> Members => _reader.MemberReferences
        .Select(_reader.GetMemberReference)
        .Select(member => (TypeTextProvider.Read(_reader, member.Parent), MemberText.Of(_reader, member)));

    /// <summary>The methods by which its types override those of the base they derive from directly.</summary>
    public IEnumerable<(TypeText Base, string Member)> Overrides =>
        from handle in _reader.TypeDefinitions
        let type = _reader.GetTypeDefinition(handle)
        where !type.BaseType.IsNil
        let baseType = TypeTextProvider.Read(_reader, type.BaseType)
        from method in type.GetMethods().Select(_reader.GetMethodDefinition)
        where method.Attributes.HasFlag(MethodAttributes.Virtual) && !method.Attributes.HasFlag(MethodAttributes.NewSlot)
        select (baseType, MemberText.Of(_reader, method, []));

    public static bool RefersTo(string path, IReadOnlyCollection<string> assemblies)
    {
        using var file = new PEReader(File.OpenRead(path));
        if (!file.HasMetadata)
        {
            return false;
        }

        var reader = file.GetMetadataReader();
        return reader.AssemblyReferences.Any(
            handle => assemblies.Contains(reader.GetString(reader.GetAssemblyReference(handle).Name)));
    }

    public void Dispose() => _file.Dispose();
}
