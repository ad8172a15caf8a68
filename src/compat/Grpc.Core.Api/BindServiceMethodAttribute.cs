namespace Grpc.Core;

/// <summary>Stands on a generated service and says which method binds it.</summary>
/// <param name="bindType">The type that holds the method.</param>
/// <param name="bindMethodName">Its name; it takes a <see cref="ServiceBinderBase"/> and the service, which may be null.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = true)]
public sealed class BindServiceMethodAttribute(Type bindType, string bindMethodName) : Attribute
{
    /// <summary>The type that holds the method.</summary>
    public Type BindType { get; } = bindType;

    /// <summary>The name of the method.</summary>
    public string BindMethodName { get; } = bindMethodName;
}
