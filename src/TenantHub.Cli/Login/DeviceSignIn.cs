using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TenantHub.Cli.Configuration;

namespace TenantHub.Cli.Login;

/// <summary>
/// A person signs in at the company's provider, by device code (RFC 8628): 1. TenantHub says at which provider and as which client. 2. The
/// provider says its endpoints. 3. It gives a code, which the person enters in any browser. 4. It is asked until the person has done so. 5.
/// Later a new token is got with the refresh token.
/// </summary>
internal sealed class DeviceSignIn(HttpClient http) : IDisposable
{
    private const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static DeviceSignIn Create() =>
        new(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(30) });

    public void Dispose() => http.Dispose();

    /// <summary>Where people sign in; null when TenantHub says nothing of it.</summary>
    public async Task<Offer?> FindOfferAsync(string address, CancellationToken cancellationToken) // 1
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Absolute(address, "The address"));
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode ? (await ReadAsync<FrontDoor>(response, cancellationToken)).SignIn : null;
    }

    public async Task<CliProfile> RunAsync(string address, Offer offer, CancellationToken cancellationToken)
    {
        var provider = await DiscoverAsync(offer, cancellationToken); // 2
        var begun = await PostAsync( // 3
            Endpoint(provider.DeviceAuthorizationEndpoint, "device_authorization_endpoint"),
            cancellationToken,
            ("client_id", offer.ClientId),
            ("scope", offer.Scope)
        );
        if (begun is not { DeviceCode: { } code, UserCode: { } shown, VerificationUri: { } page })
            throw Refused(begun);
        Terminal.Say($"Open {page} in a browser and enter the code {shown}");
        if (begun.VerificationUriComplete is { } whole)
            Terminal.Say($"or open {whole}");
        var tokens = Endpoint(provider.TokenEndpoint, "token_endpoint");
        var answer = await WaitAsync(tokens, offer.ClientId, code, begun, cancellationToken); // 4
        return Signed(new CliProfile(address, ""), tokens.ToString(), offer.ClientId, answer, null);
    }

    /// <summary>The profile with a token that has not expired; another command may have got it meanwhile.</summary>
    public async Task<CliProfile> RenewAsync(CliProfile profile, CancellationToken cancellationToken) // 5
    {
        using var turn = await ProfileFile.LockAsync(cancellationToken);
        var file = ProfileFile.Read();
        var known = file.Profiles.TryGetValue(profile.Name, out var kept) ? kept with { Name = profile.Name } : profile;
        if (known.SignIn is not { IsOver: true } over)
            return known;
        if (over.RefreshToken is not { } refresh)
            throw Over(known);
        var answer = await PostAsync(
            Absolute(over.TokenEndpoint, "The provider's token endpoint"),
            cancellationToken,
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("client_id", over.ClientId)
        );
        if (answer.AccessToken is null)
            throw answer.Error is "invalid_grant" ? Over(known) : Refused(answer);
        var renewed = Signed(known, over.TokenEndpoint, over.ClientId, answer, refresh);
        file.With(profile.Name, renewed).Write();
        return renewed;
    }

    private async Task<Provider> DiscoverAsync(Offer offer, CancellationToken cancellationToken)
    {
        var address = Absolute(offer.Authority.TrimEnd('/') + "/.well-known/openid-configuration", "The provider's address");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? await ReadAsync<Provider>(response, cancellationToken)
            : throw new CliException(ExitCode.Unreachable, $"{address} answered {(int)response.StatusCode}.");
    }

    /// <summary>Asks as often as the provider allows, until the person has said yes or no, or the code is too old.</summary>
    private async Task<Answer> WaitAsync(Uri tokens, string clientId, string code, Answer begun, CancellationToken cancellationToken)
    {
        var (clock, since) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        var pause = TimeSpan.FromSeconds(begun.Interval ?? 5);
        while (clock.GetElapsedTime(since).TotalSeconds < (begun.ExpiresIn ?? 600))
        {
            await Task.Delay(pause, clock, cancellationToken);
            var answer = await PostAsync(
                tokens,
                cancellationToken,
                ("grant_type", DeviceGrant),
                ("device_code", code),
                ("client_id", clientId)
            );
            if (answer.AccessToken is not null)
                return answer;
            if (answer.Error is "slow_down")
                pause += SlowDown;
            else if (answer.Error is not "authorization_pending")
                throw Refused(answer);
        }

        throw new CliException(ExitCode.NotAllowed, "The code was not entered in time. Log in again for a new one.");
    }

    private async Task<Answer> PostAsync(Uri address, CancellationToken cancellationToken, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        using var response = await SendAsync(request, cancellationToken);
        return (int)response.StatusCode is 200 or (>= 400 and < 500) // RFC 6749: errors are told with 400 or 401.
            ? await ReadAsync<Answer>(response, cancellationToken)
            : throw new CliException(ExitCode.Unreachable, $"{address} answered {(int)response.StatusCode}.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Unreachable, $"{request.RequestUri} could not be reached: {exception.Message}");
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
        }
        catch (JsonException)
        {
            throw new CliException(
                ExitCode.Unreachable,
                $"{response.RequestMessage!.RequestUri} answered with something that is not JSON."
            );
        }
    }

    private static CliProfile Signed(CliProfile profile, string tokens, string clientId, Answer answer, string? refreshBefore) =>
        profile with
        {
            Key = answer.AccessToken!,
            SignIn = new SignIn(
                tokens,
                clientId,
                answer.RefreshToken ?? refreshBefore, // Where it is not changed each time, none comes.
                TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(answer.ExpiresIn ?? 300)
            ),
        };

    /// <summary>Tokens go over TLS, or stay on this machine.</summary>
    private static Uri Absolute(string? address, string what) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri is { Scheme: "http" })
            ? uri
            : throw new CliException(ExitCode.Usage, $"{what} must be an absolute http or https address, not \"{address}\".");

    private static Uri Endpoint(string? address, string name) =>
        Absolute(address, $"The provider's {name}") is var uri && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback)
            ? uri
            : throw new CliException(ExitCode.Usage, $"The provider's {name} is {address}: tokens go over https only.");

    private static CliException Over(CliProfile profile) =>
        new(ExitCode.NotAllowed, $"The sign-in is over. Sign in again: tenanthub login {profile.Address} --profile {profile.Name}");

    private static CliException Refused(Answer answer) =>
        new(
            ExitCode.NotAllowed,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The provider refuses: {answer.ErrorDescription ?? answer.Error ?? "its answer has no token, and no reason"}."
            )
        );

    /// <summary>Where people sign in, as TenantHub says it.</summary>
    internal sealed record Offer(string Authority, string ClientId, string Scope);

    private sealed record FrontDoor(Offer? SignIn);

    private sealed record Provider(string? DeviceAuthorizationEndpoint, string? TokenEndpoint);

    /// <summary>What the provider's two endpoints answer.</summary>
    private sealed record Answer
    {
        public string? DeviceCode { get; init; }

        public string? UserCode { get; init; }

        public string? VerificationUri { get; init; }

        public string? VerificationUriComplete { get; init; }

        public int? Interval { get; init; }

        public int? ExpiresIn { get; init; }

        public string? AccessToken { get; init; }

        public string? RefreshToken { get; init; }

        public string? Error { get; init; }

        public string? ErrorDescription { get; init; }
    }
}

/// <summary>Gives each request the profile's key, and renews a person's token before it is sent with one that has expired.</summary>
internal sealed class FreshKeyHandler(CliProfile profile) : DelegatingHandler
{
    private readonly SemaphoreSlim _turn = new(1);
    private CliProfile _profile = profile;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_profile is { SignIn: not null, Name.Length: > 0 })
            request.Headers.Authorization = new("Bearer", await FreshAsync(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _turn.Dispose();
        base.Dispose(disposing);
    }

    private async Task<string> FreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_profile.SignIn is { IsOver: true })
            {
                using var provider = DeviceSignIn.Create();
                _profile = await provider.RenewAsync(_profile, cancellationToken);
            }

            return _profile.Key;
        }
        finally
        {
            _turn.Release();
        }
    }
}
