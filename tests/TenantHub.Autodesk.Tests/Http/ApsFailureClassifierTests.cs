using TenantHub.Autodesk.Catalog;
using TenantHub.Errors;
using Xunit;

namespace TenantHub.Autodesk.Http;

public sealed class ApsFailureClassifierTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();
    private static readonly LinkedAccountContext Account = new("7a1d5c1e-0000-4000-8000-000000000001", "US", "client-1", null);

    [Theory]
    [InlineData(
        "autodesk_list_hubs",
        401,
        """{"developerMessage":"Access token provided is invalid or expired.","errorCode":"AUTH-006"}""",
        ErrorCode.AutodeskUnavailable
    )]
    [InlineData(
        "autodesk_list_hubs",
        403,
        """{"developerMessage":"The client_id specified does not have access to the api product","errorCode":"AUTH-001"}""",
        ErrorCode.ApiProductNotEnabled
    )]
    [InlineData(
        "autodesk_list_hubs",
        403,
        """{"developerMessage":"Token does not have the privilege for this request.","errorCode":"AUTH-010"}""",
        ErrorCode.ScopeNotGranted
    )]
    [InlineData("autodesk_list_account_users", 403, """{"code":403,"message":"Forbidden"}""", ErrorCode.CustomIntegrationMissing)]
    [InlineData(
        "autodesk_get_folder",
        403,
        """{"errors":[{"detail":"You don't have permission to access this API"}]}""",
        ErrorCode.CustomIntegrationMissing
    )]
    [InlineData(
        "autodesk_add_project_user",
        403,
        """{"title":"Forbidden","detail":"The user is not an admin."}""",
        ErrorCode.ActingUserRequired
    )]
    [InlineData(
        "autodesk_search_folder",
        403,
        """{"errors":[{"detail":"Only 3 legged tokens are supported"}]}""",
        ErrorCode.NeedsThreeLegged
    )]
    [InlineData("autodesk_get_webhook", 403, """{"detail":["Denied"]}""", ErrorCode.AutodeskRejected)]
    [InlineData("autodesk_list_account_users", 404, """{"message":"This account doesn't exist."}""", ErrorCode.WrongRegion)]
    [InlineData("autodesk_get_account_user", 404, """{"message":"The user was not found."}""", ErrorCode.AutodeskNotFound)]
    [InlineData("autodesk_get_item", 404, null, ErrorCode.AutodeskNotFound)]
    [InlineData("autodesk_create_bucket", 409, """{"reason":"Bucket already exists"}""", ErrorCode.AutodeskConflict)]
    [InlineData("autodesk_create_bucket", 400, """{"reason":"bad"}""", ErrorCode.AutodeskRejected)]
    [InlineData("autodesk_list_hubs", 429, """{"developerMessage":"Quota limit exceeded."}""", ErrorCode.AutodeskRateLimited)]
    [InlineData("autodesk_list_hubs", 503, "<html>", ErrorCode.AutodeskUnavailable)]
    [InlineData("autodesk_create_folder", 500, null, ErrorCode.OutcomeUnknown)]
    [InlineData("autodesk_update_folder", 500, null, ErrorCode.AutodeskUnavailable)]
    public void Answer_IsClassified_WithANextStep(string action, int status, string? body, ErrorCode expected)
    {
        var answer = new ApsResponse.Answered(status, "/path", body is null ? null : JsonBytes.Parse(body))
        {
            MediaType = "application/json",
        };

        var error = ApsFailureClassifier.Classify(Catalog.Find(action)!, Account, answer);

        Assert.Equal(expected, error.Code);
        Assert.False(string.IsNullOrEmpty(error.NextStep));
        Assert.Equal(status, error.Provider!.Status);
    }

    [Theory]
    [InlineData("mine", ErrorCode.NotBucketOwner)]
    [InlineData("wip.dm.prod", ErrorCode.CustomIntegrationMissing)]
    public void DeniedBucket_IsSomebodyElses_UnlessItIsAutodesksOwn(string bucket, ErrorCode expected) =>
        Assert.Equal(
            expected,
            Of(
                "autodesk_get_signed_s3_download_url",
                new ApsResponse.Answered(
                    403,
                    $"/oss/v2/buckets/{bucket}/objects/x/signeds3download",
                    JsonBytes.Parse("""{"reason":"Access denied"}""")
                )
            ).Code
        );

    [Fact]
    public void RefusedActingUser_IsNamed() =>
        Assert.Equal(
            ErrorCode.ActingUserNotAllowed,
            ApsFailureClassifier
                .Classify(
                    Catalog.Find("autodesk_add_project_user")!,
                    Account with
                    {
                        ActingUserId = "user-1",
                    },
                    new ApsResponse.Answered(403, "/path", JsonBytes.Parse("""{"detail":"The user is not an admin."}"""))
                )
                .Code
        );

    [Fact]
    public void LostAnswer_IsUnknownForAWrite_AndRepeatableForARead()
    {
        Assert.Equal(ErrorCode.OutcomeUnknown, Of("autodesk_create_folder", new ApsResponse.Lost(true, "late")).Code);
        Assert.Equal(ErrorCode.AutodeskTimeout, Of("autodesk_list_hubs", new ApsResponse.Lost(true, "late")).Code);
        Assert.Equal(ErrorCode.AutodeskUnavailable, Of("autodesk_create_folder", new ApsResponse.NotSent("refused")).Code);
    }

    [Fact]
    public void SuccessThatIsNotJson_IsNoSuccess()
    {
        var answer = new ApsResponse.Answered(200, "/path", JsonBytes.Parse("<html>")) { MediaType = "text/html" };

        Assert.False(answer.Succeeded);
        Assert.Equal(ErrorCode.AutodeskUnavailable, Of("autodesk_list_hubs", answer).Code);
    }

    private static ServiceError Of(string action, ApsResponse response) =>
        ApsFailureClassifier.Classify(Catalog.Find(action)!, Account, response);
}
