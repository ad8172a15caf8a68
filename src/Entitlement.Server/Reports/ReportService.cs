using Entitlement.Domain.Errors;
using Entitlement.Domain.Names;
using Entitlement.Storage;
using Entitlement.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Entitlement.Server.Reports;

internal sealed class ReportService(EntitlementDbContext db, LicensePack pack, CustomerReport report)
    : V1.ReportService.ReportServiceBase
{
    public override async Task RetrieveLicensePack(
        RetrieveLicensePackRequest request, IServerStreamWriter<RetrieveLicensePackResponse> responseStream, ServerCallContext context)
    {
        var account = await FindAccountAsync(request.Parent, context.CancellationToken);
        await using var output = new OutgoingBytes(part =>
            responseStream.WriteAsync(new RetrieveLicensePackResponse { Content = part }, context.CancellationToken));
        await pack.WriteAsync(account, output, context.CancellationToken);
    }

    public override async Task RetrieveCustomerDetailReport(
        RetrieveCustomerDetailReportRequest request,
        IServerStreamWriter<RetrieveCustomerDetailReportResponse> responseStream,
        ServerCallContext context)
    {
        var format = request.Format switch
        {
            ReportFormat.Unspecified or ReportFormat.Csv => ReportFormat.Csv,
            ReportFormat.JsonLines => ReportFormat.JsonLines,
            _ => throw Refusal.InvalidArgument("format", "must be a value of ReportFormat"),
        };
        var account = await FindAccountAsync(request.Parent, context.CancellationToken);
        await using var output = new OutgoingBytes(part =>
            responseStream.WriteAsync(new RetrieveCustomerDetailReportResponse { Content = part }, context.CancellationToken));
        await report.WriteAsync(account, request.IncludeBelow, format, output, context.CancellationToken);
    }

    private async Task<AccountName> FindAccountAsync(string parent, CancellationToken cancellationToken)
    {
        var account = AccountName.Parse(parent, "parent");
        return await db.Accounts.AnyAsync(row => row.Id == account.AccountId, cancellationToken)
            ? account
            : throw Refusal.NotFound($"{account}");
    }
}
