namespace Entitlement.Storage;

/// <summary>
/// What a write was decided on no longer holds, because another transaction came first. The write is rolled back; read
/// and decide anew.
/// </summary>
public sealed class StaleReadException(string message, Exception? innerException =
    null) : Exception(message, innerException);
