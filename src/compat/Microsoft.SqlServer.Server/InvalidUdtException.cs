namespace Microsoft.SqlServer.Server;

/// <summary>A type was used as a CLR user-defined type that is not a valid one.</summary>
public sealed class InvalidUdtException : SystemException
{
    private InvalidUdtException(string message)
        : base(message)
    {
    }

    /// <summary>The exception for <paramref name="udtType"/> and what is wrong with it.</summary>
    /// <param name="udtType">The type that was refused.</param>
    /// <param name="resourceReason">What rule it breaks, as text.</param>
    public static InvalidUdtException Create(Type udtType, string resourceReason)
    {
        ArgumentNullException.ThrowIfNull(udtType);
        return new InvalidUdtException($"'{udtType.FullName}' is not a valid user-defined type: {resourceReason}");
    }
}
