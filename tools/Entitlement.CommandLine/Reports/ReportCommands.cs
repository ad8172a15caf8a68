using System.CommandLine;
using Entitlement.CommandLine.Rpc;
using Entitlement.V1;
using Google.Protobuf.Reflection;
using Stub = Entitlement.V1.ReportService.ReportServiceClient;

namespace Entitlement.CommandLine.Reports;

/// <summary><c>entitle report …</c></summary>
internal static class ReportCommands
{
    private static readonly Dictionary<string, ReportFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csv"] = ReportFormat.Csv,
        ["jsonl"] = ReportFormat.JsonLines,
    };

    public static Command Create() => new("report", "Retrieve what an account has as a whole")
    {
        LicensePack(),
        CustomerDetails(),
    };

    private static MethodDescriptor Rpc(string name) => ReportService.Descriptor.FindMethodByName(name);

    private static Argument<string> Account() => new("ACCOUNT") { Description = "accounts/ID, or the id alone" };

    private static RetrieveCommand<RetrieveLicensePackRequest, RetrieveLicensePackResponse> LicensePack()
    {
        var account = Account();
        return new RetrieveCommand<RetrieveLicensePackRequest, RetrieveLicensePackResponse>(
            "pack",
            "Retrieve the license pack: a ZIP archive of all current license files of an account, with checksums",
            Rpc(nameof(Stub.RetrieveLicensePack)),
            (parse, request) => request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(account)),
            answer => answer.Content)
        { account };
    }

    private static RetrieveCommand<RetrieveCustomerDetailReportRequest, RetrieveCustomerDetailReportResponse> CustomerDetails()
    {
        var account = Account();
        var format = new Option<string>("--format")
        {
            Description = $"How it is written: {string.Join(" or ", Formats.Keys)}.",
            HelpName = "FORM",
            DefaultValueFactory = _ => "csv",
        };
        format.AcceptOnlyFromAmong([.. Formats.Keys]);
        var below = new Option<bool>("--below") { Description = "Also all accounts below this one." };
        return new RetrieveCommand<RetrieveCustomerDetailReportRequest, RetrieveCustomerDetailReportResponse>(
            "customers",
            "Retrieve the customer detail report: a row for each license, with what is in use of it",
            Rpc(nameof(Stub.RetrieveCustomerDetailReport)),
            (parse, request) =>
            {
                request.Parent = ResourceNames.Complete("accounts", parse.GetRequiredValue(account));
                request.Format = Formats[parse.GetRequiredValue(format)];
                request.IncludeBelow = parse.GetValue(below);
            },
            answer => answer.Content)
        { account, format, below };
    }
}
