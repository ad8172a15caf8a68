using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Entitlement.Compat.Tests.References;

/// <summary>A type as text, in one form whichever assembly it was read from.</summary>
/// <param name="Name">With its namespace and the types around it; generic ones end in the number of their parameters.</param>
/// <param name="Arguments">What fills the parameters.</param>
/// <param name="Assembly">The simple name of the assembly that holds it; null when it is the one it was read from, or not named.</param>
internal sealed record TypeText(string Name, ImmutableArray<TypeText> Arguments, string? Assembly = null)
{
    public TypeText(string name, string? assembly = null)
        : this(name, [], assembly)
    {
    }

    public override string ToString() => Arguments.IsEmpty ? Name : $"{Name}<{string.Join(", ", Arguments)}>";
}

/// <summary>Reads types from metadata. The context is what fills the parameters of the type that a signature stands in.</summary>
internal sealed class TypeTextProvider : ISignatureTypeProvider<TypeText, ImmutableArray<TypeText>>
{
    public static readonly TypeTextProvider Instance = new();

    public static TypeText Read(MetadataReader reader, EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference => Instance.GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeDefinition => Instance.GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeSpecification =>
            reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(Instance, []),
        _ => new TypeText(handle.Kind.ToString()),
    };

    public TypeText GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return new TypeText(type.IsNested
            ? $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), 0).Name}/{name}"
            : Qualify(reader.GetString(type.Namespace), name));
    }

    public TypeText GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        switch (type.ResolutionScope.Kind)
        {
            case HandleKind.TypeReference:
                var outer = GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0);
                return new TypeText($"{outer.Name}/{name}", outer.Assembly);
            case HandleKind.AssemblyReference:
                var assembly = reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope);
                return new TypeText(Qualify(reader.GetString(type.Namespace), name), reader.GetString(assembly.Name));
            default:
                return new TypeText(Qualify(reader.GetString(type.Namespace), name));
        }
    }

    public TypeText GetTypeFromSpecification(
        MetadataReader reader, ImmutableArray<TypeText> genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public TypeText GetGenericInstantiation(TypeText genericType, ImmutableArray<TypeText> typeArguments) =>
        genericType with { Arguments = typeArguments };

    public TypeText GetGenericTypeParameter(ImmutableArray<TypeText> genericContext, int index) =>
        index < genericContext.Length ? genericContext[index] : new TypeText($"!{index}");

    public TypeText GetGenericMethodParameter(ImmutableArray<TypeText> genericContext, int index) => new($"!!{index}");

    public TypeText GetArrayType(TypeText elementType, ArrayShape shape) => new($"{elementType}[{shape.Rank}]");

    public TypeText GetSZArrayType(TypeText elementType) => new($"{elementType}[]");

    public TypeText GetByReferenceType(TypeText elementType) => new($"{elementType}&");

    public TypeText GetPointerType(TypeText elementType) => new($"{elementType}*");

    public TypeText GetPinnedType(TypeText elementType) => elementType;

    public TypeText GetPrimitiveType(PrimitiveTypeCode typeCode) => new($"System.{typeCode}");

    public TypeText GetModifiedType(TypeText modifier, TypeText unmodifiedType, bool isRequired) =>
        new($"{unmodifiedType} {(isRequired ? "modreq" : "modopt")}({modifier})");

    public TypeText GetFunctionPointerType(MethodSignature<TypeText> signature) =>
        new($"{signature.ReturnType}*({string.Join(", ", signature.ParameterTypes)})");

    private static string Qualify(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}
