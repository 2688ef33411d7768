using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;

namespace TenantHub.Profiles;

/// <summary>Changes of a profile, and what they would mean.</summary>
internal sealed partial class ConnectorProfileGrain
{
    private const int ListedAccounts = 100;

    public async Task<ProfileResult> UpdateAsync(UpdateProfileRequest request, CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not { } profile)
            return NotFound();
        if (Check(request, profile) is { } invalid)
            return invalid;

        var result = await StoreAsync(
            _inForce with
            {
                Profile = profile with
                {
                    Name = request.Name ?? profile.Name,
                    EnabledActions = Changed(profile, request),
                    Limits = request.Limits ?? profile.Limits,
                    Approval = request.Approval ?? profile.Approval,
                },
            },
            cancellationToken
        );

        // The accounts look for themselves whether they can do what is enabled now.
        if (result is ProfileResult.Described && !Same(profile.EnabledActions, Changed(profile, request)))
            await GrainFactory.GetGrain<IProfileSweepGrain>(Id).StartAsync();
        return result;
    }

    public async Task<ProfilePreviewResult> PreviewAsync(UpdateProfileRequest request, CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not { } profile)
            return new(null, NotFound());
        if (Check(request, profile) is { } invalid)
            return new(null, invalid);

        var (before, after) = (Actions(profile.EnabledActions), Actions(Changed(profile, request)));
        var (had, needs) = (ScopeGuide.For(before), ScopeGuide.For(after));
        var used = new AccountFilter { ProfileIds = [Id], PageSize = ListedAccounts };
        var affected = Same(profile.EnabledActions, Changed(profile, request)) ? [] : await accounts.ListAsync(used, cancellationToken);
        return new(
            new ProfilePreview
            {
                ActionsAdded = [.. needs.Actions.Except(had.Actions)],
                ActionsRemoved = [.. had.Actions.Except(needs.Actions)],
                ScopesAdded = [.. needs.Scopes.Keys.Except(had.Scopes.Keys)],
                ScopesRemoved = [.. had.Scopes.Keys.Except(needs.Scopes.Keys)],
                ApiProductsAdded = [.. needs.ApiProducts.Keys.Except(had.ApiProducts.Keys)],
                ApiProductsRemoved = [.. had.ApiProducts.Keys.Except(needs.ApiProducts.Keys)],
                NeedsCustomIntegrationNow = needs.TouchesAccount && !had.TouchesAccount,
                NeedsActingUserNow = needs.ActingUser.Count > 0 && had.ActingUser.Count == 0,
                AffectedAccounts = affected.Count < ListedAccounts ? affected.Count : await accounts.CountAsync(used, cancellationToken),
                Accounts =
                [
                    .. affected.Select(account => new AffectedAccount(
                        account.Id,
                        account.OriginOwnerName,
                        account.Label,
                        account.Status,
                        needs.ActingUser.Count > 0 && account.ActAsUserId is null
                    )),
                ],
            },
            null
        );
    }

    public async Task<ProfileResult> RetireAsync(CancellationToken cancellationToken)
    {
        if (_inForce.Profile is not { } profile)
            return NotFound();
        var inUse = await accounts.CountAsync(new AccountFilter { ProfileIds = [Id] }, cancellationToken) > 0;
        if (profile.RetiredAt is not null && (inUse || _inForce.Credentials is null))
            return new ProfileResult.Described(profile);
        return await StoreAsync(
            _inForce with
            {
                Profile = profile with { RetiredAt = profile.RetiredAt ?? clock.GetUtcNow() },
                Credentials = inUse ? _inForce.Credentials : null,
            },
            cancellationToken
        );
    }

    private ServiceError? Check(UpdateProfileRequest request, ProfileDescription profile)
    {
        var faults = new List<InputFault>();
        if (request.Name is { } name)
            CheckName(name, faults);
        if (request.EnabledActions is { } actions)
            CheckActions(actions, faults);
        if (request is { EnabledActions: not null, EnableAllActions: true })
            faults.Add(new("enabled_actions", "is either a list or \"all\"."));
        if (request.Limits is { } limits)
            CheckLimits(limits, profile.ClientId, faults);
        return InputErrors.Of(faults);
    }

    private static IReadOnlyList<string>? Changed(ProfileDescription profile, UpdateProfileRequest request) =>
        request.EnableAllActions ? null : request.EnabledActions ?? profile.EnabledActions;

    private IEnumerable<ActionDefinition> Actions(IReadOnlyList<string>? enabled) =>
        enabled is null ? catalog.All : catalog.All.Where(action => enabled.Contains(action.Id));

    private static bool Same(IReadOnlyList<string>? one, IReadOnlyList<string>? other) =>
        one is null || other is null ? one is null && other is null : one.ToHashSet().SetEquals(other);
}
