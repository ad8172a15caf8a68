using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Entitlement.Compat.Tests.References;

/// <summary>Members as text: everything of them that a reference must meet.</summary>
internal static class MemberText
{
    public static string Of(MetadataReader reader, MemberReference member)
    {
        var name = reader.GetString(member.Name);
        return member.GetKind() == MemberReferenceKind.Field
            ? Field(name, member.DecodeFieldSignature(TypeTextProvider.Instance, []))
            : Method(name, member.DecodeMethodSignature(TypeTextProvider.Instance, []));
    }

    /// <param name="reader">Of the assembly that holds the method.</param>
    /// <param name="method">The method.</param>
    /// <param name="typeArguments">What fills the parameters of the type that holds it; empty to leave them open.</param>
    public static string Of(
        MetadataReader reader, MethodDefinition method, ImmutableArray<TypeText> typeArguments) =>
        Method(reader.GetString(method.Name), method.DecodeSignature(TypeTextProvider.Instance, typeArguments));

    public static string Of(MetadataReader reader, FieldDefinition field) =>
        Field(reader.GetString(field.Name), field.DecodeSignature(TypeTextProvider.Instance, []));

    private static string Field(string name, TypeText type) => $"{name} : {type}";

    private static string Method(string name, MethodSignature<TypeText> signature)
    {
        var place = signature.Header.IsInstance ? "instance" : "static";
        var arity = signature.GenericParameterCount == 0 ? "" : $"``{signature.GenericParameterCount}";
        return $"{place} {name}{arity}({string.Join(", ", signature.ParameterTypes)}) : {signature.ReturnType}";
    }
}
