namespace Entitlement.Domain.Notifications;

/// <summary>What a message is about; each has a template of its own. Stored by number.</summary>
public enum MessageKind
{
    /// <summary>A person was added to an account and has no password yet.</summary>
    Welcome = 1,

    /// <summary>A person was appointed supervisor of an account.</summary>
    SupervisorAppointed = 2,

    /// <summary>A license file was issued, and is attached.</summary>
    LicenseFile = 3,

    /// <summary>A person wants to set a new password.</summary>
    PasswordReset = 4,

    /// <summary>An account asks a person, who is known already, to join it.</summary>
    Invitation = 5,

    /// <summary>An account lost its last supervisor.</summary>
    SupervisorGone = 6,

    /// <summary>A person, who is known already, is asked to take roles on a product.</summary>
    ProductInvitation = 7,
}

/// <summary>What became of a message. Stored by number.</summary>
public enum MessageState
{
    /// <summary>It is to be sent when it is due.</summary>
    Waiting = 1,

    /// <summary>A server is sending it, or died in doing so.</summary>
    Sending = 2,

    /// <summary>The mail system took it over, or it lies in the folder.</summary>
    Sent = 3,

    /// <summary>It could not be sent for so long that nothing more is tried.</summary>
    GivenUp = 4,
}
