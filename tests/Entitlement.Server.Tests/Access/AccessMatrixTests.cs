using System.Collections.Concurrent;
using Entitlement.Domain.Access;
using Entitlement.Server.Access;
using Entitlement.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Entitlement.Server.Tests.Access;

/// <summary>
/// Every method of the contract against every built-in role, held on one account, for things of that account and of others. What
/// is reviewed stands in <c>tests/golden/access-matrix.txt</c>.
/// </summary>
public class AccessMatrixTests
{
    [Fact]
    public async Task Each_role_opens_what_the_reviewed_matrix_says_and_nowhere_else()
    {
        await using var host = await EntitlementHost.StartAsync();
        var estate = await MatrixEstate.PlantAsync(host);
        var methods = Methods(host).Select(one => (one.Name, one.Access, Permission: NameOf(one.Access))).ToList();
        var openTo = await DecideAsync(
            host,
            estate,
            methods.Select(one => (one.Access.Permission, MatrixPatterns.Of(one.Name, one.Access, one.Permission))).Distinct());

        var lines = methods.SelectMany(one =>
        {
            var pattern = MatrixPatterns.Of(one.Name, one.Access, one.Permission);
            var head = $"{one.Name[1..]} {one.Permission} on {(pattern.Length == 0 ? "the installation" : pattern)}{Marks(one.Access)}";
            return one.Access.Permission == V1.Permission.None
                ? [$"{one.Name[1..]} is open to anybody"]
                : Rows(openTo[(one.Access.Permission, pattern)]).Prepend(head);
        });

        Golden.Matches("access-matrix.txt", lines);
    }

    [Fact]
    public async Task No_method_can_be_called_without_the_role_that_the_matrix_asks_for()
    {
        await using var host = await EntitlementHost.StartAsync();
        var estate = await MatrixEstate.PlantAsync(host);
        var nobody = (await host.ConnectAsAsync()).CreateCallInvoker();
        var anonymous = host.Anonymous.CreateCallInvoker();

        foreach (var (name, access) in Methods(host).Where(one => one.Access.Permission != V1.Permission.None))
        {
            var request = RequestOf(name, access, estate);
            if (access is { OpenToProducts: false })
            {
                Assert.Equal((name, StatusCode.Unauthenticated), (name, await CallAsync(anonymous, name, request)));
            }

            if (access is { OpenToProducts: false, Filtered: false })
            {
                var expected = access.Resource is null ? StatusCode.PermissionDenied : StatusCode.NotFound;
                Assert.Equal((name, expected), (name, await CallAsync(nobody, name, request)));
            }
        }
    }

    private static IEnumerable<(string Name, MethodAccess Access)> Methods(EntitlementHost host) =>
        host.Services.GetRequiredService<AccessTable>().Methods
            .Where(row => !row.Value.IsStandard)
            .OrderBy(row => row.Key, StringComparer.Ordinal)
            .Select(row => (row.Key, row.Value));

    private static string NameOf(MethodAccess access) => ((Permission)(int)access.Permission).ToName();

    private static string Marks(MethodAccess access) => access switch
    {
        { OpenToProducts: true } => ", and products",
        { Filtered: true } => ", answers hold no more",
        _ => "",
    };

    /// <summary>For each permission on each thing, by relation, the roles that have it.</summary>
    private static async Task<Dictionary<(V1.Permission, string), Dictionary<string, List<string>>>> DecideAsync(
        EntitlementHost host, MatrixEstate estate, IEnumerable<(V1.Permission Permission, string Pattern)> asked)
    {
        var questions = asked.Where(one => one.Permission != V1.Permission.None).ToList();
        var found = new ConcurrentBag<((V1.Permission, string) Key, string Relation, string Role)>();
        await Parallel.ForEachAsync(estate.Holders, async (holder, token) =>
        {
            foreach (var relation in MatrixEstate.Relations)
            {
                foreach (var sameThing in questions.ToLookup(one => ScopeOf(estate.Name(one.Pattern, relation)), StringComparer.Ordinal))
                {
                    var held = await HeldAsync(host, holder.Caller, sameThing.Key, sameThing.Select(one => one.Permission), token);
                    foreach (var key in sameThing.Where(one => held.Contains(one.Permission)))
                    {
                        found.Add((key, relation, holder.Role));
                    }
                }
            }
        });
        return questions.ToDictionary(key => key, key => MatrixEstate.Relations.ToDictionary(
            relation => relation,
            relation => found.Where(one => one.Key == key && one.Relation == relation)
                .Select(one => one.Role)
                .Order(StringComparer.Ordinal)
                .ToList()));
    }

    /// <summary>The name on which a call is decided: a person's own, else that of the nearest scope.</summary>
    private static string ScopeOf(string name)
    {
        Assert.True(ResourcePath.TryParse(name, out var path));
        return path.UserId is null ? path.ScopeName : name;
    }

    /// <summary>As the decider does it for one permission; what it reads is read once for all of them.</summary>
    private static async Task<HashSet<V1.Permission>> HeldAsync(
        EntitlementHost host, Caller caller, string name, IEnumerable<V1.Permission> permissions, CancellationToken cancellationToken)
    {
        Assert.True(ResourcePath.TryParse(name, out var path));
        var held = new HashSet<V1.Permission>();
        var facts = path.UserId is null
            ? await host.Services.GetRequiredService<AccessReader>().ReadAsync(
                caller is Caller.User user ? user.Id : ((Caller.ServiceAccount)caller).Id,
                path.AccountId is { } account ? [account] : [],
                [.. path.Scopes.Select(scope => scope.Id)],
                cancellationToken)
            : null;
        foreach (var permission in permissions.Distinct())
        {
            var isHeld = facts is null
                ? await host.Services.GetRequiredService<AccessDecider>().HoldsAsync(caller, permission, name, cancellationToken)
                : facts.Decide((Permission)(int)permission, AccessTarget.Of(path.Scopes), MatrixEstate.Now).IsAllowed;
            if (isHeld)
            {
                held.Add(permission);
            }
        }

        return held;
    }

    /// <summary>Relations that are open to the same roles stand in one row.</summary>
    private static IEnumerable<string> Rows(Dictionary<string, List<string>> byRelation) => byRelation
        .GroupBy(one => string.Join(' ', one.Value), one => one.Key, StringComparer.Ordinal)
        .Select(group =>
        {
            var relations = group.Count() == byRelation.Count ? "everywhere" : string.Join(", ", group);
            return $"    {relations}: {(group.Key.Length == 0 ? "nobody" : group.Key)}";
        });

    private static byte[] RequestOf(string name, MethodAccess access, MatrixEstate estate)
    {
        if (access.Resource is not { } field)
        {
            return [];
        }

        var request = field.ContainingType.Parser.ParseFrom(ByteString.Empty);
        field.Accessor.SetValue(request, estate.Name(MatrixPatterns.Of(name, access, NameOf(access)), "own"));
        return request.ToByteArray();
    }

    /// <summary>One message there; on the wire that is a call of every kind.</summary>
    private static async Task<StatusCode> CallAsync(CallInvoker invoker, string name, byte[] request)
    {
        var bytes = Marshallers.Create(sent => sent, received => received);
        var parts = name.Split('/');
        var method = new Method<byte[], byte[]>(MethodType.ServerStreaming, parts[1], parts[2], bytes, bytes);
        using var call = invoker.AsyncServerStreamingCall(method, null, default, request);
        try
        {
            await call.ResponseStream.MoveNext(CancellationToken.None);
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
