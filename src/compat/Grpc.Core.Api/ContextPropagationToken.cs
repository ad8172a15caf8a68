namespace Grpc.Core;

/// <summary>
/// Stands for a served call in the options of a call made for its sake. Only a server makes one, and that of ASP.NET Core
/// does not; clients made by its factory inherit deadline and cancellation by themselves.
/// </summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken()
    {
    }
}
