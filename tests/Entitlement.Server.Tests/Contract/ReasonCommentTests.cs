using System.Text.RegularExpressions;
using Entitlement.Server.Access;
using Entitlement.Server.Errors;
using Entitlement.Server.Hosting;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Contract;

/// <summary>
/// Whether the comments of the contract name the reasons of errors, as far as the contract itself tells which must stand
/// there. What a comment says beyond that is for its reader to judge.
/// </summary>
public sealed partial class ReasonCommentTests : IAsyncDisposable
{
    private readonly WebApplication _app = Composition.Build(["--Storage:DataDirectory=/nowhere"]);

    /// <summary>Every line of the contract, one file after the other: generated code keeps no comment.</summary>
    private static readonly string[] Lines = [.. Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "contract"), "*.proto")
        .SelectMany(File.ReadAllLines)];

    private IEnumerable<MethodDescriptor> Methods => _app.Services.GetRequiredService<ServedServices>().Descriptors
        .Where(service => service.File.Package == "entitlement.v1")
        .SelectMany(service => service.Methods);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public void Every_change_names_the_reasons_for_which_it_is_sent_again() => AllName(
        method => AccessTable.ReadingVerbs.Any(verb => method.Name.StartsWith(verb, StringComparison.Ordinal))
            ? []
            : ["CONCURRENT_CHANGE", "STORAGE_UNAVAILABLE"]);

    [Fact]
    public void Every_call_with_a_request_id_names_what_becomes_of_one_that_is_used_twice() => AllName(
        method => method.InputType.FindFieldByName("request_id") is null ? [] : ["REQUEST_ID_REUSED"]);

    [Fact]
    public void Every_call_about_a_resource_names_what_is_told_when_there_is_none() => AllName(
        method => Access.Methods[$"/{method.Service.FullName}/{method.Name}"].Resource is null ? [] : ["NOT_FOUND"]);

    [Fact]
    public void Every_call_that_takes_a_license_request_names_what_is_told_of_a_wrong_one_and_of_too_many() => AllName(
        method => method.InputType.FindFieldByName("license_request") is null
            ? []
            : ["LICENSE_REQUEST_INVALID", "TOO_MANY_FAILURES", "TOO_BUSY"]);

    [Fact]
    public void Every_reason_is_named_where_it_is_given()
    {
        var named = Reasons(CommentAbove("enum ErrorReason {")).Concat(Methods.SelectMany(method => Reasons(CommentOf(method))));

        Assert.Empty(Catalogue.Except(named, StringComparer.Ordinal));
    }

    [Fact]
    public void No_comment_names_a_reason_that_there_is_not()
    {
        var known = Catalogue.Concat(["CANCELLED", "DEADLINE_EXCEEDED", "NOT_SERVING"]);
        var named = Methods.SelectMany(method => Reasons(CommentOf(method)));

        Assert.Empty(named.Except(known, StringComparer.Ordinal));
    }

    private static IEnumerable<string> Catalogue => ErrorCatalogue.Load().Entries.Select(entry => entry.Name);

    private AccessTable Access => _app.Services.GetRequiredService<AccessTable>();

    private void AllName(Func<MethodDescriptor, string[]> wanted)
    {
        var missing = Methods.SelectMany(method => wanted(method)
            .Except(ReasonsOf(method), StringComparer.Ordinal)
            .Select(reason => $"{method.Name}: {reason}"));

        Assert.Empty(missing);
        Assert.Contains(Methods, method => wanted(method).Length > 0);
    }

    /// <summary>Those that it names, and those of the call after whose fashion it fails.</summary>
    private IEnumerable<string> ReasonsOf(MethodDescriptor method)
    {
        var comment = CommentOf(method);
        var others = Methods.Where(other => comment.Contains($"ails as `{other.Name}` does,", StringComparison.Ordinal));
        return Reasons(comment).Concat(others.SelectMany(other => Reasons(CommentOf(other))));
    }

    private static string CommentOf(MethodDescriptor method) => CommentAbove($"rpc {method.Name}(");

    private static string CommentAbove(string declaration)
    {
        var at = Array.FindIndex(Lines, line => line.TrimStart().StartsWith(declaration, StringComparison.Ordinal));
        var comment = Lines[..at].Reverse().TakeWhile(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal));
        return string.Join('\n', comment.Reverse());
    }

    private static IEnumerable<string> Reasons(string comment) =>
        Reason().Matches(comment).Select(match => match.Groups["reason"].Value);

    [GeneratedRegex("`(?<reason>[A-Z_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Reason();
}
