using Entitlement.V1;

namespace Entitlement.CommandLine.Estate;

/// <summary>One line of a file of records: a record, or why it is none.</summary>
/// <param name="Number">On which line of the file it begins, from 1.</param>
/// <param name="Cells">As it stands: the cells of a CSV file, or the whole line alone.</param>
/// <param name="Record">Null when it is none.</param>
/// <param name="Problem">Null when it is one.</param>
internal sealed record InputLine(long Number, string[] Cells, EstateRecord? Record, LineProblem? Problem);

/// <summary>Why a line was refused, here or by the service.</summary>
/// <param name="Reason">Of the service's catalogue, or of this tool in the same spelling.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record LineProblem(string Reason, string Message)
{
    public static LineProblem NotARecord(string message) => new("NOT_A_RECORD", message);

    /// <summary>
    /// What is no UTF-8 was read as U+FFFD. A file that is meant to hold that very character is none the worse for the
    /// question.
    /// </summary>
    public static LineProblem NotUtf8() => new(
        "NOT_UTF8", "The line holds bytes that are not UTF-8, or the character U+FFFD that stands for them. Save the file as UTF-8.");
}

/// <summary>Why a line is no record.</summary>
internal sealed class NotARecordException(string message) : Exception(message);
