namespace Entitlement.Domain.Errors;

/// <summary>
/// Why the service refuses. Each has its namesake, its status code and its metadata in the contract's catalogue
/// (<c>entitlement.v1.ErrorReason</c>); a test holds the two together.
/// </summary>
public enum FailureReason
{
    InvalidArgument,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    RequestIdReused,
    ProductCodeTaken,
    ExternalRefTaken,
    LicenseRequestInvalid,
    WrongOperation,
    WrongAudience,
    LicenseRequestReused,
    SlcMistyped,
    SlcUnknown,
    WrongProduct,
    ReturnReceiptInvalid,
    LicenseFileTooLarge,
    LicenseRevoked,
    LicenseSuspended,
    LicenseExpired,
    BuildNotCovered,
    SeatsExhausted,
    FeatureNotLicensed,
    ActivationByPortalOnly,
    ActivationNeedsApproval,
    LicenseNotSuspended,
    NotActivated,
    ActivationEnded,
    ReleaseLimitReached,
    LimitBelowUse,
    ConcurrentChange,
    StorageUnavailable,
    Internal,
    MessageTooLarge,
    MethodUnknown,
    TooManyWatchers,
    TooManyFailures,
    TooBusy,
    TooManyFiles,
    IssuingHalted,
    SigningKeyRevoked,
}
