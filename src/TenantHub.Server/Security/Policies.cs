using Microsoft.AspNetCore.Authorization;
using TenantHub.Security;

namespace TenantHub.Server.Security;

/// <summary>
/// What an endpoint demands. Each names one of these; the server does not start with an endpoint that names none and is not open to all.
/// What owners share (profiles, quotas, the audit) is closed to keys that are bound to some of them. Keys whose actions are limited look
/// and run actions, and change nothing else.
/// </summary>
internal static class Policies
{
    public const string Read = "read";
    public const string ReadShared = "read_shared";
    public const string Call = "call";
    public const string Link = "link";
    public const string Operate = "operate";
    public const string OperateShared = "operate_shared";
    public const string Administer = "administer";

    private static readonly Dictionary<string, (AccessRole Role, bool IsShared)> All = new()
    {
        [Read] = (AccessRole.ReadOnly, false),
        [ReadShared] = (AccessRole.ReadOnly, true),
        [Call] = (AccessRole.Backend, false),
        [Link] = (AccessRole.Backend, false),
        [Operate] = (AccessRole.Operator, false),
        [OperateShared] = (AccessRole.Operator, true),
        [Administer] = (AccessRole.Admin, true),
    };

    public static void Add(AuthorizationBuilder authorization)
    {
        foreach (var name in All.Keys)
        {
            authorization.AddPolicy(
                name,
                policy =>
                    policy
                        .RequireAuthenticatedUser()
                        .RequireAssertion(context =>
                            context.User.Identity is { IsAuthenticated: true } && Allows(Caller.Of(context.User), name)
                        )
            );
        }
    }

    /// <summary>Whether a policy lets the caller in: for what no endpoint decides, such as an operation of a page that is open.</summary>
    public static bool Allows(Caller caller, string policy) =>
        caller.Role >= All[policy].Role
        && !(All[policy].IsShared && caller.IsBound)
        && (caller.Rights is not { LimitsAnything: true } || policy is Read or ReadShared or Call);

    /// <summary>The role that an endpoint needs; null when everybody may call it.</summary>
    public static AccessRole? RoleOf(IEnumerable<object> endpointMetadata) =>
        endpointMetadata
            .OfType<IAuthorizeData>()
            .Select(data => data.Policy)
            .OfType<string>()
            .Where(All.ContainsKey)
            .Select(name => (AccessRole?)All[name].Role)
            .Max();

    /// <summary>A forgotten policy must not open an endpoint to every key, so it stops the start.</summary>
    public static void Check(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && RoleOf(endpoint.Metadata) is null)
                throw new InvalidOperationException(
                    $"The endpoint {endpoint.DisplayName} names no policy. Give it one of {string.Join(", ", All.Keys)} with RequireAuthorization, or AllowAnonymous."
                );
        }
    }
}
