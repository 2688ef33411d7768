using System.Text.Json;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.DataManagement;

namespace TenantHub.ApsEmulator.AccountAdmin;

/// <summary>/hq: members, projects, companies, business units, roles. Source: accountadmin.yaml and Autodesk's BIM 360 reference.</summary>
internal static class HqEndpoints
{
    private const string Account = "/hq/v1/accounts/{account_id}";
    private static readonly string[] SearchFields = ["name", "email", "company_name"];
    private static readonly string[] IndustryRoles = ["Architect", "Contractor", "Engineer"];

    public static void Map(ApsEndpoints aps)
    {
        Read(aps, Account + "/users", (call, account) => Page(call, account.Users));
        Read(
            aps,
            Account + "/users/{user_id}",
            (call, account) =>
                Find(account.Users, call.Path("user_id")) is { } user ? Answers.Json(200, user.DeepClone()) : NotFound("user")
        );
        Read(aps, Account + "/users/search", SearchUsers);
        Write(aps, "POST", Account + "/users", CreateUser);
        Write(aps, "PATCH", Account + "/users/{user_id}", UpdateUser);
        Write(aps, "POST", Account + "/projects", CreateProject);
        Write(aps, "PATCH", Account + "/projects/{project_id}", UpdateProject);
        Read(aps, Account + "/companies", (call, account) => Page(call, account.Companies));
        Read(
            aps,
            Account + "/companies/{company_id}",
            (call, account) =>
                Find(account.Companies, call.Path("company_id")) is { } company
                    ? Answers.Json(200, company.DeepClone())
                    : NotFound("company")
        );
        Read(
            aps,
            Account + "/business_units_structure",
            (_, account) => Answers.Json(200, new JsonObject { ["business_units"] = account.BusinessUnits.DeepClone() })
        );
        Write(aps, "PUT", Account + "/business_units_structure", ReplaceBusinessUnits);
        Read(aps, "/hq/v2/accounts/{account_id}/projects/{project_id}/industry_roles", Roles);
    }

    private static void Read(ApsEndpoints aps, string pattern, Func<ApsCall, EmulatedAccount, IResult> handler) =>
        aps.Map("GET", pattern, ApiProducts.Construction, ["account:read"], "hq", call => WithAccount(call, handler));

    private static void Write(ApsEndpoints aps, string method, string pattern, Func<ApsCall, EmulatedAccount, IResult> handler) =>
        aps.Map(method, pattern, ApiProducts.Construction, ["account:write"], "hq", call => WithAccount(call, handler));

    /// <summary>An account that is unknown in the region of the header does not exist there; one that does not know the app is
    /// forbidden.</summary>
    private static IResult WithAccount(ApsCall call, Func<ApsCall, EmulatedAccount, IResult> handler)
    {
        var region = call.Header("Region") ?? "US";
        if (!call.State.Accounts.TryGetValue(call.Path("account_id"), out var account) || account.Region != region)
            return Answers.HqError(404, "This account doesn't exist.");
        return account.ProvisionedClientIds.Contains(call.App.ClientId)
            ? handler(call, account)
            : Answers.HqError(403, "You don't have permission to access this account.");
    }

    private static IResult Page(ApsCall call, IReadOnlyList<JsonObject> rows)
    {
        if (call.Number("limit", 10, 1, 100) is not { } limit || call.Number("offset", 0, 0, int.MaxValue) is not { } offset)
            return Answers.HqError(400, "limit must be 1 to 100, offset 0 or more");
        return Answers.Json(200, new JsonArray([.. rows.Skip(offset).Take(limit).Select(row => row.DeepClone())]));
    }

    /// <summary>By name, e-mail and company; any of them is enough unless the operator is AND, and a part of the value unless partial is
    /// false.</summary>
    private static IResult SearchUsers(ApsCall call, EmulatedAccount account)
    {
        var asked = SearchFields.Select(field => (Field: field, Value: call.Query(field))).Where(pair => pair.Value is not null).ToList();
        if (call.Query("operator") is not (null or "OR" or "AND"))
            return Answers.HqError(400, "operator must be OR or AND");
        var partial = call.Query("partial") != "false";
        bool Fits(JsonObject user, string field, string value) =>
            (string?)user[field] is { } has
            && (partial ? has.Contains(value, StringComparison.OrdinalIgnoreCase) : has.Equals(value, StringComparison.OrdinalIgnoreCase));
        bool Found(JsonObject user) =>
            call.Query("operator") == "AND"
                ? asked.TrueForAll(pair => Fits(user, pair.Field, pair.Value!))
                : asked.Count == 0 || asked.Exists(pair => Fits(user, pair.Field, pair.Value!));
        return Page(call, account.Users.FindAll(Found));
    }

    private static IResult CreateUser(ApsCall call, EmulatedAccount account)
    {
        if (call.Text("email") is not { Length: > 0 } email || !email.Contains('@', StringComparison.Ordinal))
            return Answers.HqError(422, "email is required");
        if (account.Users.Any(user => string.Equals((string?)user["email"], email, StringComparison.OrdinalIgnoreCase)))
            return Answers.HqError(409, "A user with this email already exists.");
        var now = SampleContent.Iso(call.Now);
        var user = new JsonObject
        {
            ["id"] = Ids.Uuid(account.Id, "user", email),
            ["account_id"] = account.Id,
            ["role"] = "account_user",
            ["status"] = "not_invited",
        };
        Copy((JsonObject)call.Body!, user);
        (user["uid"], user["created_at"], user["updated_at"]) = (Ids.Short(account.Id, email)[..12].ToUpperInvariant(), now, now);
        account.Users.Add(user);
        return Answers.Json(201, user.DeepClone());
    }

    private static IResult UpdateUser(ApsCall call, EmulatedAccount account)
    {
        if (Find(account.Users, call.Path("user_id")) is not { } user)
            return NotFound("user");
        if (call.Text("status") is { } status)
        {
            if (status is not ("active" or "inactive"))
                return Answers.HqError(422, "status must be active or inactive");
            if ((string?)user["status"] is "pending" or "not_invited")
                return Answers.HqError(422, "The status of a user who has not accepted the invitation cannot change.");
            user["status"] = status;
        }

        if (call.Text("company_id") is { } company)
            user["company_id"] = company;
        user["updated_at"] = SampleContent.Iso(call.Now);
        return Answers.Json(200, user.DeepClone());
    }

    private static IResult CreateProject(ApsCall call, EmulatedAccount account)
    {
        foreach (var name in new[] { "name", "start_date", "end_date", "project_type" })
        {
            if (call.Text(name) is not { Length: > 0 })
                return Answers.HqError(422, $"{name} is required");
        }

        if (account.Projects.Any(project => project.Name == call.Text("name")))
            return Answers.HqError(409, "A project with this name already exists.");
        var now = SampleContent.Iso(call.Now);
        var id = Ids.Uuid(account.Id, "project", call.Text("name")!);
        var fields = new JsonObject { ["id"] = id, ["account_id"] = account.Id };
        Copy((JsonObject)call.Body!, fields);
        (fields["status"], fields["platform"], fields["created_at"], fields["updated_at"]) = ("pending", "bim360", now, now);
        var created = new EmulatedProject(account, id, fields, call.Now + call.State.ProjectActivation);
        SampleContent.AddFolders(call.State, created, call.Now);
        account.Projects.Add(created);
        DataEvents.RaiseNewProject(call.State, created);
        return Answers.Json(201, fields.DeepClone());
    }

    private static IResult UpdateProject(ApsCall call, EmulatedAccount account)
    {
        if (account.Projects.Find(project => project.Id == call.Path("project_id")) is not { } project)
            return NotFound("project");
        if (call.Text("status") is { } status and not ("active" or "inactive" or "archived"))
            return Answers.HqError(422, $"status {status} is not valid");
        if (call.Text("name") is { } name && account.Projects.Any(other => other != project && other.Name == name))
            return Answers.HqError(409, "A project with this name already exists.");
        if (call.Body is JsonObject changes)
            Copy(changes, project.Fields);
        project.Fields["updated_at"] = SampleContent.Iso(call.Now);
        return Answers.Json(200, project.Fields.DeepClone());
    }

    /// <summary>The whole structure is replaced; a unit without an id gets one.</summary>
    private static IResult ReplaceBusinessUnits(ApsCall call, EmulatedAccount account)
    {
        if (call.Body?["business_units"] is not JsonArray units)
            return Answers.HqError(400, "business_units is required");
        var replaced = new JsonArray();
        foreach (var unit in units)
        {
            if (unit is not JsonObject fields || (string?)fields["name"] is not { Length: > 0 } name)
                return Answers.HqError(422, "Every business unit needs a name.");
            replaced.Add(
                SampleContent.BusinessUnit(
                    account,
                    (string?)fields["id"] ?? Ids.Uuid(account.Id, "unit", name),
                    (string?)fields["parent_id"],
                    name,
                    (string?)fields["description"],
                    call.Now
                )
            );
        }

        account.BusinessUnits = replaced;
        return Answers.Json(200, new JsonObject { ["business_units"] = replaced.DeepClone() });
    }

    private static IResult Roles(ApsCall call, EmulatedAccount account)
    {
        if (account.Projects.Find(project => project.Id == call.Path("project_id")) is not { } project)
            return NotFound("project");
        return Answers.Json(
            200,
            new JsonArray([
                .. IndustryRoles.Select(role => new JsonObject
                {
                    ["id"] = Ids.Uuid(project.Id, "role", role),
                    ["project_id"] = project.Id,
                    ["name"] = role,
                    ["is_archived"] = false,
                }),
            ])
        );
    }

    private static JsonObject? Find(List<JsonObject> rows, string id) => rows.Find(row => (string?)row["id"] == id);

    private static void Copy(JsonObject from, JsonObject to)
    {
        foreach (
            var (name, value) in from.Where(pair =>
                pair.Key is not ("id" or "account_id") && pair.Value?.GetValueKind() is not null and not JsonValueKind.Null
            )
        )
            to[name] = value!.DeepClone();
    }

    private static IResult NotFound(string what) => Answers.HqError(404, $"The {what} was not found.");
}
