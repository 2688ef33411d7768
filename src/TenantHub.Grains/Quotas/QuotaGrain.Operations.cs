namespace TenantHub.Quotas;

/// <summary>What operators see of a limit, and change.</summary>
internal sealed partial class QuotaGrain
{
    public Task<QuotaDescription> DescribeAsync()
    {
        lock (_local.Gate)
            return Task.FromResult(Describe(Now));
    }

    public async Task<QuotaResult> SetLimitAsync(int? requestsPerMinute)
    {
        if (requestsPerMinute is < 1 or > QuotaLimits.Max)
            return new QuotaResult(null, QuotaLimits.Invalid("requests_per_minute"));
        var before = _ledger.Limits.Operator;
        if (requestsPerMinute != before)
        {
            lock (_local.Gate)
                _ledger.Limits.SetByOperator(requestsPerMinute);
            if (!await StoreAsync())
            {
                lock (_local.Gate)
                    _ledger.Limits.SetByOperator(before);
                return new QuotaResult(null, QuotaErrors.StorageFailed());
            }

            LogLimit(_clientId, _group.Name, _ledger.Limits.Set.Value);
            lock (_local.Gate)
            {
                _ledger.Limits.Unlearn();
                Serve();
            }
        }

        return new QuotaResult(await DescribeAsync(), null);
    }

    public async Task<QuotaResult> LiftPauseAsync()
    {
        if (!TryLift())
            return new QuotaResult(await DescribeAsync(), null);
        LogLifted(_clientId, _group.Name);
        return await StoreAsync() ? new QuotaResult(await DescribeAsync(), null) : new QuotaResult(null, QuotaErrors.StorageFailed());
    }

    private bool TryLift()
    {
        lock (_local.Gate)
        {
            var now = Now;
            if (_ledger.Pause.Until <= now && _ledger.Limits.Learned is null)
                return false;
            _ledger.Pause.Lift(now);
            _ledger.Limits.Unlearn();
            Serve();
            return true;
        }
    }

    private QuotaDescription Describe(TimeSpan now)
    {
        _ledger.Refresh(now);
        var set = _ledger.Limits.Set;
        return new QuotaDescription
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
                        Instant(account.ExpectedStart, now)
                    )),
            ],
        };
    }
}
