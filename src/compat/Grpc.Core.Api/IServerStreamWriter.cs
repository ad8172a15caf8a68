namespace Grpc.Core;

/// <summary>Where a server sends its stream of responses. It ends when the method returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
