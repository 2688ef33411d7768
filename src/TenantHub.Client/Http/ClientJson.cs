using System.Text.Json.Serialization;
using TenantHub.Client.Accounts;
using TenantHub.Client.Actions;
using TenantHub.Client.Approvals;
using TenantHub.Client.Audit;
using TenantHub.Client.Calls;
using TenantHub.Client.ConnectSessions;
using TenantHub.Client.Errors;
using TenantHub.Client.Events;
using TenantHub.Client.Files;
using TenantHub.Client.Guide;
using TenantHub.Client.Keys;
using TenantHub.Client.Profiles;
using TenantHub.Client.Quotas;
using TenantHub.Client.Recordings;

namespace TenantHub.Client.Http;

/// <summary>TenantHub's JSON: snake case; what is null is not sent; members that this version does not know are ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(RpcAnswer))]
[JsonSerializable(typeof(CallPlan))]
[JsonSerializable(typeof(ActionsPage))]
[JsonSerializable(typeof(LinkedAccount))]
[JsonSerializable(typeof(IReadOnlyList<LinkedAccount>))]
[JsonSerializable(typeof(AccountState))]
[JsonSerializable(typeof(AccountChange))]
[JsonSerializable(typeof(AccountLink))]
[JsonSerializable(typeof(AppCredentials))]
[JsonSerializable(typeof(ConnectSession))]
[JsonSerializable(typeof(NewConnectSession))]
[JsonSerializable(typeof(ConnectorProfile))]
[JsonSerializable(typeof(IReadOnlyList<ConnectorProfile>))]
[JsonSerializable(typeof(NewProfile))]
[JsonSerializable(typeof(ProfileChange))]
[JsonSerializable(typeof(ProfileLimits))]
[JsonSerializable(typeof(ApiKeyDetails))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyDetails>))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(CreatedKey))]
[JsonSerializable(typeof(QuotaUse))]
[JsonSerializable(typeof(IReadOnlyList<QuotaUse>))]
[JsonSerializable(typeof(QuotaLimit))]
[JsonSerializable(typeof(CallPage))]
[JsonSerializable(typeof(CallResult))]
[JsonSerializable(typeof(EventEndpoint))]
[JsonSerializable(typeof(IReadOnlyList<EventEndpoint>))]
[JsonSerializable(typeof(NewEventEndpoint))]
[JsonSerializable(typeof(IReadOnlyList<EventDelivery>))]
[JsonSerializable(typeof(EventBody))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(IReadOnlyList<Subscription>))]
[JsonSerializable(typeof(SubscriptionOfAccount))]
[JsonSerializable(typeof(EventAddress))]
[JsonSerializable(typeof(FeedPage))]
[JsonSerializable(typeof(EventsToResend))]
[JsonSerializable(typeof(ResentEvents))]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(IReadOnlyList<Approval>))]
[JsonSerializable(typeof(AccountRecording))]
[JsonSerializable(typeof(NewRecording))]
[JsonSerializable(typeof(RecordedCall))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditVerification))]
[JsonSerializable(typeof(AccountClaim))]
[JsonSerializable(typeof(IReadOnlyList<AccountConflict>))]
[JsonSerializable(typeof(SetupGuide))]
[JsonSerializable(typeof(ProfilePreview))]
[JsonSerializable(typeof(NewUpload))]
[JsonSerializable(typeof(Upload))]
[JsonSerializable(typeof(UploadsPage))]
[JsonSerializable(typeof(UploadParts))]
[JsonSerializable(typeof(TreeLine))]
[JsonSerializable(typeof(FolderPath))]
[JsonSerializable(typeof(MadeFolders))]
internal sealed partial class ClientJson : JsonSerializerContext;
