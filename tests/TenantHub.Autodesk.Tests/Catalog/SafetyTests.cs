using TenantHub.Security;
using Xunit;

namespace TenantHub.Autodesk.Catalog;

/// <summary>What a write does by what its body says. What takes the place of something takes it away, as long as nobody has shown that
/// Autodesk keeps the rest.</summary>
public sealed class SafetyTests
{
    private static readonly ActionCatalog Catalog = ActionCatalog.Load();

    [Theory]
    [InlineData("update_project_user", """{"products":[]}""")]
    [InlineData("update_project_user", """{"products":[{"key":"build","access":"member"}]}""")]
    [InlineData("update_project_user", """{"roleIds":[]}""")]
    [InlineData("update_project_user", """{"companyId":"c"}""")]
    [InlineData("update_project_user", """{"email":"other@example.com"}""")]
    [InlineData("update_account_user", """{"status":"inactive"}""")]
    [InlineData("update_account_user", """{"status":"active","company_id":"c"}""")]
    [InlineData("update_account_project", """{"status":"archived"}""")]
    [InlineData("update_account_project", """{"service_types":"doc_mgmt"}""")]
    [InlineData("update_account_project", """{"job_number":""}""")]
    [InlineData("update_account_project", """{"city":" "}""")]
    [InlineData("update_account_project", """{"business_unit_id":"b"}""")]
    [InlineData("update_account_project", """{"template_project_id":"p"}""")]
    [InlineData("update_item", """{"data":{"attributes":{"displayName":null}}}""")]
    [InlineData("create_business_units", """{"business_units":[]}""")]
    [InlineData("update_folder", """{"data":{"attributes":{"hidden":true}}}""")]
    [InlineData("update_folder", """{"data":{"relationships":{"parent":{"data":{"type":"folders","id":"f"}}}}}""")]
    [InlineData("create_version", """{"data":{"attributes":{"extension":{"type":"versions:autodesk.core:Deleted"}}}}""")]
    [InlineData("update_webhook", """{"status":"inactive"}""")]
    [InlineData("update_webhook", """{"autoReactivateHook":false}""")]
    [InlineData("update_webhook", """{"filter":"$[?(@.ext=='rvt')]"}""")]
    [InlineData("update_webhook", """{"hookAttribute":{}}""")]
    [InlineData("update_webhook", """{"token":"x"}""")]
    [InlineData("update_webhook", """{"hookExpiry":"2030-01-01T00:00:00Z"}""")]
    public void WhatReplacesOrTakesAway_IsDestructive(string action, string body) =>
        Assert.Equal(CallSafety.Destructive, SafetyOf(action, body));

    [Theory]
    [InlineData("update_account_user", """{"status":"active"}""")]
    [InlineData("update_account_project", """{"name":"n","status":"active"}""")]
    [InlineData("update_folder", """{"data":{"attributes":{"name":"n","hidden":false}}}""")]
    [InlineData("create_version", """{"data":{"attributes":{"extension":{"type":"versions:autodesk.bim360:File"}}}}""")]
    [InlineData("update_webhook", """{"status":"active","autoReactivateHook":true}""")]
    [InlineData("update_item", """{"data":{"attributes":{"displayName":"n"}}}""")]
    [InlineData("add_project_user", """{"email":"a@example.com","products":[{"key":"docs","access":"member"}]}""")]
    public void WhatOnlyAddsOrRenames_IsAWrite(string action, string body) => Assert.Equal(CallSafety.Write, SafetyOf(action, body));

    private static CallSafety SafetyOf(string action, string body) =>
        Catalog
            .Find("autodesk_" + action)!
            .SafetyOf(new("autodesk_" + action) { Body = new JsonBytes(System.Text.Encoding.UTF8.GetBytes(body)) });
}
