namespace Entitlement.Storage;

/// <summary>The database could not take the work, or did not say whether it did. The same again may succeed.</summary>
public sealed class StorageUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
