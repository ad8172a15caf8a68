namespace Entitlement.Domain.Errors;

/// <content>The refusals that the records of an import get.</content>
public static partial class Refusal
{
    /// <param name="field">Field of the record that refers to something.</param>
    /// <param name="reference">What it says.</param>
    /// <param name="advice">What to do; a whole sentence.</param>
    public static EntitlementException ReferenceUnknown(string field, string reference, string advice) =>
        new(FailureReason.ReferenceUnknown, $"{field} is {reference}, and there is no such thing. {advice}",
            ("field", field), ("reference", reference));

    /// <param name="resource">What stands there already.</param>
    /// <param name="field">In what it differs, as a field of the record.</param>
    public static EntitlementException RecordDiffers(string resource, string field) =>
        new(FailureReason.RecordDiffers,
            $"{resource} stands there already, and differs in {field}. An import changes nothing that stands: change it "
            + "by its own call, or correct the record.",
            ("resource", resource), ("field", field));
}
