namespace TenantHub.Quotas;

/// <summary>What operators see of a limit, and change.</summary>
internal sealed partial class QuotaGrain
{
    public Task<QuotaDescription> DescribeAsync()
    {
        var now = Now;
        _ledger.Refresh(now);
        var set = _ledger.Limits.Set;
        return Task.FromResult(
            new QuotaDescription
            {
                ClientId = _clientId,
                QuotaGroup = _group.Name,
                Limit = set.Value,
                LimitSource = set.Source switch
                {
                    LimitSource.Default => "default",
                    LimitSource.Published => "published",
                    _ => "configured",
                },
                LearnedLimit = _ledger.Limits.Learned,
                Window = _options.Window,
                Used = _ledger.Used,
                Running = _ledger.Running,
                PausedUntil = _ledger.Pause.Until > now ? Instant(_ledger.Pause.Until, now) : null,
                AskedUntil = _ledger.Pause.AskedUntil > now ? Instant(_ledger.Pause.AskedUntil, now) : null,
                RateLimited = _ledger.RateLimited,
                Waiting =
                [
                    .. _ledger
                        .Forecasts(now)
                        .Select(account => new QuotaWaiting(
                            account.AccountId,
                            account.Weight,
                            account.Calls,
                            Instant(account.ExpectedStart, now))),
                ],
            });
    }

    public async Task<QuotaResult> SetLimitAsync(int? requestsPerMinute)
    {
        if (requestsPerMinute is < 1 or > QuotaLimits.Max) return new QuotaResult(null, QuotaLimits.Invalid("requests_per_minute"));
        var before = _ledger.Limits.Operator;
        if (requestsPerMinute != before)
        {
            _ledger.Limits.SetByOperator(requestsPerMinute);
            if (!await StoreAsync())
            {
                _ledger.Limits.SetByOperator(before);
                return new QuotaResult(null, QuotaErrors.StorageFailed());
            }

            LogLimit(_clientId, _group.Name, _ledger.Limits.Set.Value);
            Serve();
        }

        return new QuotaResult(await DescribeAsync(), null);
    }

    public async Task<QuotaResult> LiftPauseAsync()
    {
        var now = Now;
        if (_ledger.Pause.Until > now)
        {
            _ledger.Pause.Lift(now);
            LogLifted(_clientId, _group.Name);
            Serve();
            if (!await StoreAsync()) return new QuotaResult(null, QuotaErrors.StorageFailed());
        }

        return new QuotaResult(await DescribeAsync(), null);
    }
}
