using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WeComSync.Worker.Tests.Serve;
using WeComSync.Worker.WebConsole.Access;
using Xunit;

namespace WeComSync.Worker.Tests.WebConsole;

/// <summary>Every route of the worker, over every method and every kind of visitor. A new page is in the table, so it cannot be forgotten.</summary>
public sealed class AccessTests(ServedWorker served) : IClassFixture<ServedWorker>
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];

    /// <summary>What strangers may ask for. A new route that lets them in fails a test until it is named here.</summary>
    private static readonly string[] Open = ["/assets/{name}", "/healthz", "/language", "/login", "/login/code", "/problem/{code:int}", "/readyz"];

    /// <summary>What belongs to whoever logged in.</summary>
    private static readonly string[] Own = ["/", "/account", "/account/confirm", "/account/two-factor", "/logout"];

    private IEnumerable<RouteEndpoint> Endpoints => served.Worker.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    [Fact]
    public void No_other_route_lets_strangers_in()
    {
        var open = Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Address).Distinct().Order();
        Assert.Equal(Open, open);
    }

    [Fact]
    public void Every_route_about_an_enterprise_asks_whose_it_is_and_every_other_is_the_operators_unless_it_is_named_here()
    {
        foreach (var endpoint in Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).Distinct().ToList();
            var wanted = endpoint.RoutePattern.Parameters.Any(parameter => parameter.Name == EnterpriseAccess.RouteKey) ? Policies.Enterprise
                : Own.Contains(Address(endpoint)) ? Policies.Account
                : Policies.Operator;
            // No policy at all is the fallback, which is the operators'.
            Assert.True(
                policies is [] && wanted == Policies.Operator || policies.SequenceEqual([wanted]),
                $"{Address(endpoint)}: {string.Join(", ", policies)} instead of {wanted}");
            Assert.StartsWith(
                wanted == Policies.Enterprise ? "/e/{enterprise}" : Address(endpoint), Address(endpoint), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Administrator_of_one_enterprise_reaches_nothing_of_another_by_any_route_and_method()
    {
        var own = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var other = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(email: await served.Database.AddAdministratorAsync(own));
        var token = await browser.TokenAsync("/account");

        var tried = 0;
        foreach (var address in Endpoints.Where(endpoint => Address(endpoint).StartsWith("/e/", StringComparison.Ordinal)).Select(Address).Distinct())
        {
            foreach (var method in Methods)
            {
                using var answer = await browser.AskAsync(method, Fill(address, other), token);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {address}: {answer.StatusCode}");
                tried++;
            }
        }

        Assert.True(tried >= Methods.Length, "There is no route about an enterprise.");
    }

    [Fact]
    public async Task Administrator_reaches_nothing_of_the_operators_by_any_route_and_method()
    {
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(email: await served.Database.AddAdministratorAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?")));
        var token = await browser.TokenAsync("/account");
        string[] addresses =
        [
            .. Endpoints.Select(Address).Distinct().Where(address => !Open.Contains(address) && !Own.Contains(address) && !address.StartsWith("/e/", StringComparison.Ordinal)),
            "/hangfire/jobs/enqueued", "/hangfire/recurring", "/hangfire/servers", "/nowhere",
        ];

        foreach (var address in addresses)
        {
            foreach (var method in Methods)
            {
                using var answer = await browser.AskAsync(method, Fill(address, "x"), token);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {address}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Strangers_reach_nothing_by_any_route_and_method()
    {
        var tenant = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var browser = served.Worker.Visit();
        foreach (var address in Endpoints.Select(Address).Distinct().Where(address => !Open.Contains(address)))
        {
            foreach (var method in Methods)
            {
                using var answer = await browser.AskAsync(method, Fill(address, tenant), token: null);
                Assert.Equal(method == "GET" ? HttpStatusCode.Found : HttpStatusCode.Unauthorized, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Every_form_is_refused_without_its_antiforgery_token()
    {
        var tenant = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        foreach (var address in Endpoints.Select(Address).Distinct().Where(address => !address.Contains("hangfire", StringComparison.Ordinal)))
        {
            using var answer = await browser.AskAsync("POST", Fill(address, tenant), token: null);
            // Those that take no POST at all are as good.
            Assert.True(
                answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed
                    || address.StartsWith("/problem", StringComparison.Ordinal) || address is "/healthz" or "/readyz",
                $"{address}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Every_handler_of_a_form_is_refused_with_no_token_and_with_that_of_somebody_else_also_when_script_sends_it()
    {
        var tenant = await served.Database.KeyAsync(await served.Database.AddTenantAsync("0 0 0 29 2 ?"));
        using var stranger = served.Worker.Visit();
        var others = await stranger.TokenAsync("/login");
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync();
        var loader = served.Worker.Services.GetRequiredService<PageLoader>();
        var tried = 0;
        // Whatever method failed, the page that says so is shown; it takes nothing.
        foreach (var endpoint in Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null && !Address(endpoint).StartsWith("/problem/", StringComparison.Ordinal)).DistinctBy(Address))
        {
            var page = await loader.LoadAsync(endpoint.Metadata.GetMetadata<PageActionDescriptor>()!, EndpointMetadataCollection.Empty);
            foreach (var handler in page.HandlerMethods.Where(handler => HttpMethods.IsPost(handler.HttpMethod)))
            {
                foreach (var (token, byScript) in new[] { (null, false), (null, true), (others, false), (others, true) })
                {
                    using var answer = await browser.AskAsync("POST", $"{Fill(Address(endpoint), tenant)}?handler={handler.Name}", token, byScript);
                    Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{Address(endpoint)} {handler.Name}: {answer.StatusCode}");
                    tried++;
                }
            }
        }

        Assert.True(tried > 4 * 30, $"{tried} tries");
    }

    [Fact]
    public async Task Right_that_is_taken_away_ends_at_once()
    {
        var tenant = await served.Database.AddTenantAsync("0 0 0 29 2 ?");
        var key = await served.Database.KeyAsync(tenant);
        using var browser = served.Worker.Visit();
        using var login = await browser.LogInAsync(email: await served.Database.AddAdministratorAsync(tenant));
        using (var before = await browser.OpenAsync($"/e/{key}/audit"))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        await served.Database.ExecuteAsync("DELETE FROM control.account_tenants WHERE tenant_id = $1", tenant);
        using var after = await browser.OpenAsync($"/e/{key}/audit");
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    private static string Address(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    /// <summary>Gives every parameter a value of its form.</summary>
    private static string Fill(string address, string enterprise) => string.Join('/', address.Split('/').Select(part =>
        !part.StartsWith('{') ? part
        : part.Contains("enterprise", StringComparison.Ordinal) ? enterprise
        : part.Contains("**", StringComparison.Ordinal) ? "jobs"
        : "1"));
}
