using System.Text.Json;
using Entitlement.Formats;
using Entitlement.Server.Tests.Activations;
using Entitlement.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.History;

/// <summary>What must be true of every history: no seat sold twice, no answer lost, no license unaccounted for.</summary>
internal static class HistoryCheck
{
    private static readonly string[] Issuing = ["activation.create", "activation.issue", "activation.resume"];
    private static readonly string[] Taking = ["activation.create", "activation.resume"];
    private static readonly string[] Ending = ["activation.return", "activation.release"];

    public static async Task RunAsync(ActivationStory story, HistoryRecord record)
    {
        await using var scope = story.Host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntitlementDbContext>();
        await SeatWatch.LookAsync(db, record);
        CheckAnswers(record);
        CheckCalls(record);
        await CheckLeasesAsync(db, record);
        await CheckFilesAsync(db, record);
        await CheckRecordsAsync(db, record);
    }

    private static void CheckAnswers(HistoryRecord record)
    {
        foreach (var answers in record.Answers.GroupBy(answer => answer.Request).Select(group => group.ToList()))
        {
            if (answers.Select(answer => answer.File).Distinct().Count() > 1)
            {
                record.Violate($"{answers[0].Activation}: one request was answered by several files");
            }

            if (answers.Count(answer => !answer.IsRepeated) > 1)
            {
                record.Violate($"{answers[0].Activation}: one request took effect more than once");
            }
        }

        foreach (var files in record.Answers.GroupBy(answer => (answer.Activation, answer.Generation)))
        {
            if (files.Select(answer => answer.File).Distinct().Count() > 1)
            {
                record.Violate($"{files.Key}: several files have one generation");
            }
        }
    }

    private static void CheckCalls(HistoryRecord record)
    {
        foreach (var answers in record.Calls.GroupBy(answer => answer.Call))
        {
            if (answers.Select(answer => answer.Said).Distinct().Count() > 1)
            {
                record.Violate("one call got several answers");
            }
        }
    }

    /// <summary>
    /// What was recorded as taken less what was recorded as given back is what is held; of a revoked license
    /// nothing.
    /// </summary>
    private static async Task CheckLeasesAsync(EntitlementDbContext db, HistoryRecord record)
    {
        var details = await db.AuditRecords
            .Where(row => row.Action.StartsWith("lease.") || row.Details.Contains("leases_returned"))
            .Select(row => row.Details)
            .ToListAsync();
        var recorded = details.Select(text => JsonDocument.Parse(text).RootElement)
            .Sum(root => root.TryGetProperty("changes", out var changes)
                ? changes.GetProperty("render").GetInt32()
                : -root.GetProperty("leases_returned").GetProperty("render").GetInt32());
        var leased = await db.Leases.SumAsync(lease => lease.Quantity);
        var isRevoked = await db.Licenses.Select(license => license.RevokeTime).SingleAsync() is not null;
        if (recorded != leased || (isRevoked && leased > 0))
        {
            record.Violate($"{leased} are leased at the end, the records say {recorded}, and the license is {(isRevoked ? "" : "not ")}revoked");
        }
    }

    private static async Task CheckFilesAsync(EntitlementDbContext db, HistoryRecord record)
    {
        var kept = await db.IssuedFiles.Select(file => new { file.ActivationId, file.Generation, file.Content }).ToListAsync();
        var activations = await db.Activations.ToDictionaryAsync(activation => activation.Id);
        foreach (var files in kept.GroupBy(file => file.ActivationId))
        {
            var generations = files.Select(file => file.Generation).Order().ToList();
            var newest = activations[files.Key].Generation;
            if (!generations.SequenceEqual(Enumerable.Range(generations[0], generations.Count)) || generations[^1] != newest)
            {
                record.Violate($"{files.Key}: generations {string.Join(' ', generations)}, the newest is {newest}");
            }
        }

        var contents = kept.Select(file => Convert.ToHexString(file.Content)).ToHashSet(StringComparer.Ordinal);
        foreach (var answer in record.Answers.Where(answer => !contents.Contains(Convert.ToHexString(answer.File.Span))))
        {
            record.Violate($"{answer.Activation}: a file of generation {answer.Generation} is outside and not kept");
        }

        foreach (var answer in record.Answers)
        {
            var request = LicenseRequestFile.Read(answer.Request.Span);
            if (LicenseFile.Read(answer.File.Span).Claims.RequestHash != System.Buffers.Text.Base64Url.EncodeToString(request.ContentHash.Span))
            {
                record.Violate($"{answer.Activation}: a file answers another request than the one that it was given for");
            }
        }
    }

    private static async Task CheckRecordsAsync(EntitlementDbContext db, HistoryRecord record)
    {
        var records = await db.AuditRecords
            .Where(row => row.Action.StartsWith("activation."))
            .Select(row => new { row.Action, row.Resource, row.Details })
            .ToListAsync();
        var recorded = records
            .Where(row => Issuing.Contains(row.Action))
            .Select(row => $"{row.Resource} {JsonDocument.Parse(row.Details).RootElement.GetProperty("generation").GetInt32()}")
            .Order(StringComparer.Ordinal);
        var activations = await db.Activations.ToDictionaryAsync(activation => activation.Id);
        var issued = (await db.IssuedFiles.Select(file => new { file.ActivationId, file.Generation }).ToListAsync())
            .Select(file => $"{activations[file.ActivationId].Name} {file.Generation}")
            .Order(StringComparer.Ordinal);
        if (!recorded.SequenceEqual(issued))
        {
            record.Violate("issued generations and their audit records differ");
        }

        foreach (var rows in records.GroupBy(row => row.Resource))
        {
            var stands = rows.Count(row => Taking.Contains(row.Action)) - rows.Count(row => Ending.Contains(row.Action));
            var activation = activations.Values.Single(activation => $"{activation.Name}" == rows.Key);
            if (stands != (activation.End is null ? 1 : 0))
            {
                record.Violate($"{rows.Key}: its records leave {stands} seats taken");
            }
        }
    }
}
