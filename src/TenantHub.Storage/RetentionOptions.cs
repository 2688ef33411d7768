using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace TenantHub.Storage;

/// <summary>How long rows are kept that nothing needs any more. The call log has settings of its own
/// (<see cref="CallLogOptions"/>).</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "TenantHub:Retention";

    /// <summary>Gets or sets how long an event is kept that was delivered, or given up: so long it can be listed and replayed.</summary>
    /// <value>The default is 30 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan EventDeliveries { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long an account's feed keeps an event of Autodesk's; so long it can be read again, and the same told twice
    /// is known. Callbacks that nobody could judge go after the same time.</summary>
    /// <value>The default is 30 days; less than 4 days would forget what Autodesk still repeats.</value>
    [Range(typeof(TimeSpan), "4.00:00:00", "3650.00:00:00")]
    public TimeSpan AutodeskEvents { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long the payload of an event of Autodesk's is kept. What stands beside it in the feed (event, resource,
    /// project)
    /// stays as long as the event.</summary>
    /// <value>The default is as long as the event.</value>
    [EnumDataType(typeof(PayloadRetention))]
    public PayloadRetention AutodeskPayloads { get; set; }

    /// <summary>Gets or sets how long a stored access token is kept after it was last renewed. Autodesk's are good for an hour.</summary>
    /// <value>The default is 2 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan AccessTokens { get; set; } = TimeSpan.FromDays(2);

    /// <summary>Gets or sets how long the version of a grain state is kept after the state was cleared. It stops an activation that still
    /// knows the state before.</summary>
    /// <value>The default is 7 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan ClearedStates { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets how long an upload is listed after it was begun. Its bytes are at Autodesk; one that is not
    /// finished ends after a day.</summary>
    /// <value>The default is 30 days.</value>
    [Range(typeof(TimeSpan), "2.00:00:00", "3650.00:00:00")]
    public TimeSpan Uploads { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long a revoked API key is still listed. The audit keeps who made and revoked it.</summary>
    /// <value>The default is 90 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan RevokedKeys { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets or sets how long a call that a person had to approve is kept. The audit keeps who decided.</summary>
    /// <value>The default is 30 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Approvals { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Gets or sets how long it is remembered that an owner was refused an Autodesk account which another one holds. The audit
    /// keeps
    /// it as long as it keeps anything.</summary>
    /// <value>The default is 90 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan RefusedClaims { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets or sets how long an unlinked account is still described. Its secrets are destroyed when it is unlinked; audit and call
    /// log have times of their own.</summary>
    /// <value>The default is 365 days.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan UnlinkedAccounts { get; set; } = TimeSpan.FromDays(365);
}

/// <summary>How long payloads of Autodesk's events are kept.</summary>
public enum PayloadRetention
{
    /// <summary>As long as the event, sealed.</summary>
    UntilRetention,

    /// <summary>Until every endpoint that is told of the event has it; without an endpoint as long as the event.</summary>
    UntilDelivered,
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
