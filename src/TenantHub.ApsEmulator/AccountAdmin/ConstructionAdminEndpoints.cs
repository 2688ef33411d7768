using System.Globalization;
using System.Text.Json.Nodes;
using TenantHub.ApsEmulator.Auth;
using TenantHub.ApsEmulator.DataManagement;

namespace TenantHub.ApsEmulator.AccountAdmin;

/// <summary>/construction/admin: projects and their members. Source: accountadmin.yaml. Two-legged writes need a User-Id.</summary>
internal static class ConstructionAdminEndpoints
{
    public static void Map(ApsEndpoints aps)
    {
        aps.Map(
            "GET",
            "/construction/admin/v1/accounts/{account_id}/projects",
            ApiProducts.Construction,
            ["account:read"],
            "admin-read",
            call => WithAccount(call, ListProjects)
        );
        aps.Map(
            "POST",
            "/construction/admin/v1/accounts/{account_id}/projects",
            ApiProducts.Construction,
            ["account:write"],
            "admin-write",
            call => WithAccount(call, CreateProject)
        );
        aps.Map(
            "GET",
            "/construction/admin/v1/projects/{project_id}",
            ApiProducts.Construction,
            ["account:read"],
            "admin-read",
            call => WithProject(call, (c, project) => Answers.Json(200, Face(project, c.Now)))
        );
        aps.Map(
            "GET",
            "/construction/admin/v1/projects/{project_id}/users",
            ApiProducts.Construction,
            ["account:read"],
            "admin-read",
            call => WithProject(call, ListUsers)
        );
        aps.Map(
            "POST",
            "/construction/admin/v1/projects/{project_id}/users",
            ApiProducts.Construction,
            ["account:write"],
            "admin-write",
            call => WithProject(call, AddUser)
        );
        aps.Map(
            "GET",
            "/construction/admin/v1/projects/{project_id}/users/{user_id}",
            ApiProducts.Construction,
            ["account:read"],
            "admin-read",
            call => WithProject(call, GetUser)
        );
        aps.Map(
            "DELETE",
            "/construction/admin/v1/projects/{project_id}/users/{user_id}",
            ApiProducts.Construction,
            ["account:write"],
            "admin-write",
            call => WithProject(call, RemoveUser)
        );
        aps.Map(
            "PATCH",
            "/construction/admin/v1/projects/{project_id}/users/{user_id}",
            ApiProducts.Construction,
            ["account:write"],
            "admin-write",
            call => WithProject(call, UpdateUser)
        );
    }

    private static IResult WithAccount(ApsCall call, Func<ApsCall, EmulatedAccount, IResult> handler)
    {
        if (
            !call.State.Accounts.TryGetValue(call.Path("account_id"), out var account)
            || (call.Header("Region") is { } region && region != account.Region)
        )
            return Answers.AdminError(404, "Not Found", "The account does not exist.");
        return account.ProvisionedClientIds.Contains(call.App.ClientId)
            ? handler(call, account)
            : Answers.AdminError(403, "Forbidden", "The application is not allowed to access this account.");
    }

    private static IResult WithProject(ApsCall call, Func<ApsCall, EmulatedProject, IResult> handler)
    {
        var project = call
            .State.Accounts.Values.SelectMany(account => account.Projects)
            .FirstOrDefault(project => project.Id == call.Path("project_id"));
        if (project is null || (call.Header("Region") is { } region && region != project.Account.Region))
            return Answers.AdminError(404, "Not Found", "The project was not found.");
        return project.Account.ProvisionedClientIds.Contains(call.App.ClientId)
            ? handler(call, project)
            : Answers.AdminError(403, "Forbidden", "The application is not allowed to access this project.");
    }

    private static IResult? RefuseActingUser(ApsCall call, EmulatedAccount account) =>
        call.Header("User-Id") switch
        {
            null => Answers.AdminError(403, "Forbidden", "The header User-Id of an admin user is required for two-legged calls."),
            var user when !account.IsAdmin(user) => Answers.AdminError(403, "Forbidden", "The user is not an admin."),
            _ => null,
        };

    private static IResult ListProjects(ApsCall call, EmulatedAccount account)
    {
        var names = call.Query("filter[name]");
        var statuses = call.QueryList("filter[status]");
        var platforms = call.QueryList("filter[platform]");
        var rows = account
            .Projects.Where(project => names is null || project.Name.Contains(names, StringComparison.OrdinalIgnoreCase))
            .Where(project => statuses.Count == 0 || statuses.Contains(project.StatusAt(call.Now)))
            .Where(project => platforms.Count == 0 || platforms.Contains((string?)project.Fields["platform"]))
            .Select(project => (JsonNode)Face(project, call.Now));
        return Page(call, [.. rows]);
    }

    private static IResult CreateProject(ApsCall call, EmulatedAccount account)
    {
        if (RefuseActingUser(call, account) is { } refusal)
            return refusal;
        if (call.Text("name") is not { Length: > 0 } name || call.Text("type") is not { Length: > 0 } type)
            return Answers.AdminError(400, "Bad Request", "name and type are required.");
        if (account.Projects.Any(project => project.Name == name))
            return Answers.AdminError(409, "Conflict", "A project with this name already exists.");
        var id = Ids.Uuid(account.Id, "project", name);
        var now = SampleContent.Iso(call.Now);
        var created = new EmulatedProject(
            account,
            id,
            new JsonObject
            {
                ["id"] = id,
                ["account_id"] = account.Id,
                ["name"] = name,
                ["project_type"] = type,
                ["status"] = "pending",
                ["platform"] = "acc",
                ["created_at"] = now,
                ["updated_at"] = now,
            },
            call.Now + call.State.ProjectActivation
        );
        SampleContent.AddFolders(call.State, created, call.Now);
        account.Projects.Add(created);
        DataEvents.RaiseNewProject(call.State, created);
        return Answers.Json(202, Face(created, call.Now));
    }

    private static IResult ListUsers(ApsCall call, EmulatedProject project)
    {
        var name = call.Query("filter[name]");
        var email = call.Query("filter[email]");
        var ids = call.QueryList("filter[id]");
        return Page(
            call,
            [
                .. project
                    .Users.Where(user =>
                        name is null || ((string?)user["name"])?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
                    )
                    .Where(user => email is null || ((string?)user["email"])?.Contains(email, StringComparison.OrdinalIgnoreCase) == true)
                    .Where(user => ids.Count == 0 || ids.Contains((string?)user["id"]))
                    .Select(user => user.DeepClone()),
            ]
        );
    }

    private static IResult AddUser(ApsCall call, EmulatedProject project)
    {
        if (RefuseActingUser(call, project.Account) is { } refusal)
            return refusal;
        if (call.Text("email") is not { Length: > 0 } email || call.Body?["products"] is not JsonArray products)
            return Answers.AdminError(400, "Bad Request", "email and products are required.");
        if (project.Users.Any(user => (string?)user["email"] == email))
            return Answers.AdminError(409, "Conflict", "The user is already a member of the project.");
        var known =
            project.Account.Users.Find(user => (string?)user["email"] == email)
            ?? new JsonObject
            {
                ["email"] = email,
                ["id"] = Ids.Uuid(project.Id, email),
                ["uid"] = Ids.Short(email)[..12],
                ["name"] = email,
            };
        var member = SampleContent.Member(known, "pending", call.Now);
        member["products"] = products.DeepClone();
        if (call.Body["roleIds"] is JsonArray roles)
            member["roleIds"] = roles.DeepClone();
        if (call.Text("companyId") is { } company)
            member["companyId"] = company;
        project.Users.Add(member);
        var answer = member.DeepClone();
        answer["jobId"] = Ids.Uuid(project.Id, "job", email);
        return Answers.Json(201, answer);
    }

    private static IResult UpdateUser(ApsCall call, EmulatedProject project)
    {
        if (RefuseActingUser(call, project.Account) is { } refusal)
            return refusal;
        if (FindUser(call, project) is not { } member)
            return NoMember();
        var changed = new JsonObject { ["id"] = (string?)member["id"] };
        foreach (var (name, value) in ((JsonObject)call.Body!).Where(pair => pair.Key is "companyId" or "roleIds" or "products" or "email"))
        {
            member[name] = value?.DeepClone();
            changed[name] = value?.DeepClone();
        }

        return Answers.Json(201, changed); // The specification lists 201 for an update.
    }

    private static IResult GetUser(ApsCall call, EmulatedProject project) =>
        FindUser(call, project) is { } member ? Answers.Json(200, member.DeepClone()) : NoMember();

    private static IResult RemoveUser(ApsCall call, EmulatedProject project)
    {
        if (RefuseActingUser(call, project.Account) is { } refusal)
            return refusal;
        return FindUser(call, project) is { } member && project.Users.Remove(member) ? Answers.Empty(204) : NoMember();
    }

    /// <summary>Both ids of a user are taken: ACC's and Autodesk's.</summary>
    private static JsonObject? FindUser(ApsCall call, EmulatedProject project)
    {
        var id = call.Path("user_id");
        return project.Users.Find(user => (string?)user["id"] == id || (string?)user["autodeskId"] == id);
    }

    private static IResult NoMember() => Answers.AdminError(404, "Not Found", "The user is not a member of the project.");

    private static JsonObject Face(EmulatedProject project, DateTimeOffset now) =>
        new()
        {
            ["id"] = project.Id,
            ["name"] = project.Name,
            ["type"] = (string?)project.Fields["project_type"],
            ["classification"] = "production",
            ["status"] = project.StatusAt(now),
            ["jobNumber"] = (string?)project.Fields["job_number"] ?? "",
            ["accountId"] = project.Account.Id,
            ["platform"] = (string?)project.Fields["platform"],
            ["startDate"] = (string?)project.Fields["start_date"] ?? "2026-01-01",
            ["endDate"] = (string?)project.Fields["end_date"] ?? "2027-12-31",
            ["createdAt"] = (string?)project.Fields["created_at"],
            ["updatedAt"] = (string?)project.Fields["updated_at"],
            ["products"] = new JsonArray(),
        };

    private static IResult Page(ApsCall call, IReadOnlyList<JsonNode> rows)
    {
        if (call.Number("limit", 20, 1, 200) is not { } limit || call.Number("offset", 0, 0, int.MaxValue) is not { } offset)
            return Answers.AdminError(400, "Bad Request", "limit must be 1 to 200, offset 0 or more.");
        var pagination = new JsonObject
        {
            ["limit"] = limit,
            ["offset"] = offset,
            ["totalResults"] = rows.Count,
            ["nextUrl"] = offset + limit < rows.Count ? PageUrl(call, limit, offset + limit) : null,
            ["previousUrl"] = offset > 0 ? PageUrl(call, limit, Math.Max(0, offset - limit)) : null,
        };
        return Answers.Json(
            200,
            new JsonObject { ["pagination"] = pagination, ["results"] = new JsonArray([.. rows.Skip(offset).Take(limit)]) }
        );
    }

    /// <summary>Another page of the same list, with the same filters.</summary>
    private static string PageUrl(ApsCall call, int limit, int offset)
    {
        var others = call
            .Request.Query.Where(pair => pair.Key is not ("limit" or "offset"))
            .SelectMany(pair => pair.Value.Select(value => $"&{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? "")}"));
        return string.Create(
                CultureInfo.InvariantCulture,
                $"https://developer.api.autodesk.com{call.Request.Path}?limit={limit}&offset={offset}"
            ) + string.Concat(others);
    }
}
