using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Entitlement.Compat.Tests.References;

/// <summary>What an assembly offers to others: public types, and their members that others can use or override.</summary>
internal sealed class ContractAssembly : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _reader;
    private readonly Dictionary<string, TypeDefinition> _types = new();

    public ContractAssembly(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _reader = _file.GetMetadataReader();
        Identity = _reader.GetAssemblyDefinition().GetAssemblyName();
        foreach (var handle in _reader.TypeDefinitions)
        {
            var type = _reader.GetTypeDefinition(handle);
            if (IsVisible(type))
            {
                _types.Add(TypeTextProvider.Read(_reader, handle).Name, type);
            }
        }
    }

    /// <summary>Name, version and public key.</summary>
    public AssemblyName Identity { get; }

    public IReadOnlyCollection<string> Types => _types.Keys;

    public void Dispose() => _file.Dispose();

    /// <summary>The members of a type that a reference may name.</summary>
    public ISet<string> MembersOf(string type)
    {
        var definition = _types[type];
        var methods = definition.GetMethods().Select(_reader.GetMethodDefinition)
            .Where(IsVisible)
            .Select(method => MemberText.Of(_reader, method, []));
        var fields = definition.GetFields().Select(_reader.GetFieldDefinition)
            .Where(field => IsVisible((MethodAttributes)field.Attributes))
            .Select(field => MemberText.Of(_reader, field));
        return methods.Concat(fields).ToHashSet();
    }

    /// <summary>The members of a type that a derived one may override.</summary>
    /// <param name="type">The base, with what fills its parameters.</param>
    public ISet<string> VirtualMembersOf(TypeText type) => _types[type.Name].GetMethods()
        .Select(_reader.GetMethodDefinition)
        .Where(method => IsVisible(method)
            && method.Attributes.HasFlag(MethodAttributes.Virtual)
            && !method.Attributes.HasFlag(MethodAttributes.Final))
        .Select(method => MemberText.Of(_reader, method, type.Arguments))
        .ToHashSet();

    private bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
            IsVisible(_reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    private static bool IsVisible(MethodDefinition method) => IsVisible(method.Attributes);

    // The visibility of fields is written in the same bits.
    private static bool IsVisible(MethodAttributes attributes) => (attributes & MethodAttributes.MemberAccessMask)
        is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}
