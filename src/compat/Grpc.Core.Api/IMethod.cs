namespace Grpc.Core;

/// <summary>What is known of a method without knowing its messages.</summary>
public interface IMethod
{
    /// <summary>Which side streams.</summary>
    MethodType Type { get; }

    /// <summary>The service with its package, such as <c>package.Service</c>.</summary>
    string ServiceName { get; }

    /// <summary>The method within the service.</summary>
    string Name { get; }

    /// <summary>The path of its requests: <c>/package.Service/Method</c>.</summary>
    string FullName { get; }
}
