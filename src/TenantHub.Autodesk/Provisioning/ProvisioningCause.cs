using System.Collections.Frozen;
using TenantHub.Accounts;
using TenantHub.Autodesk.Catalog;

namespace TenantHub.Autodesk.Provisioning;

/// <summary>
/// One reason why an account, or some of its actions, cannot work: everything that is known of it stands here and nowhere else. The account
/// has a check for it. Some reasons have one check for each of their subjects (a scope, an API product, an action); a check is then named
/// after both, for example <c>scope:data:read</c>.
/// </summary>
public sealed class ProvisioningCause
{
    private readonly FrozenDictionary<string, string> _names = FrozenDictionary<string, string>.Empty;

    /// <summary>Gets the check's name; it ends with a colon when a subject follows.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what people read above the check.</summary>
    public required string Title { get; init; }

    /// <summary>Gets the error that a call ends with.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>Gets the status of an account whose check has failed; null when the reason concerns single calls only: it is shown, and
    /// changes no status.</summary>
    public AccountStatus? Status { get; init; }

    /// <summary>Gets which of several failed checks the account's status tells: the lowest.</summary>
    public int Severity { get; init; }

    /// <summary>Gets whether an error of a call is no proof (a 403 may concern one project only), so that the doctor has to look.</summary>
    public bool OnlyDoctorDecides { get; init; }

    /// <summary>Gets the subject of the check that an error with <see cref="Code"/> about an action decides; null when the error does not
    /// tell which.</summary>
    public Func<ActionDefinition, string?> SubjectOf { get; init; } = static _ => "";

    /// <summary>Gets whether an action cannot succeed while the check of a subject has failed.</summary>
    public Func<ActionDefinition, string, bool> Stops { get; init; } = static (_, _) => false;

    /// <summary>Gets whether an action that succeeds shows that the check of a subject passes.</summary>
    public Func<ActionDefinition, string, bool> IsShownBy { get; init; } = static (_, _) => false;

    /// <summary>Gets the text to send to whoever has to put it right: of client id, Autodesk account id and subject. Null when there is
    /// nobody to write to.</summary>
    public Func<string, string, string, string>? AdminText { get; init; }

    /// <summary>Gets whether actions need the check of a subject to pass; null when only calls show it, so that the doctor does not
    /// look.</summary>
    public Func<ScopeGuide, string, bool>? IsNeeded { get; init; }

    /// <summary>Gets the subjects that are known. The names of their checks are interned: every account holds all of them, and every call
    /// compares some.</summary>
    public IReadOnlyList<string> Subjects
    {
        get;
        init
        {
            field = value;
            _names = value.ToFrozenDictionary(subject => subject, subject => string.Intern(Name + subject));
        }
    } = [""];

    /// <summary>Gets whether there is one check for each subject.</summary>
    public bool HasSubjects => Name[^1] == ':';

    /// <summary>Gives the name of the check of a subject.</summary>
    public string CheckOf(string subject) => subject.Length == 0 ? Name : _names.GetValueOrDefault(subject) ?? Name + subject;

    internal bool IsCheckedBy(string check) => HasSubjects ? check.StartsWith(Name, StringComparison.Ordinal) : check == Name;
}
