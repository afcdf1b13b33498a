using System.Text.Json.Nodes;
using WeComSync.Simulator.Corps;
using WeComSync.Simulator.Worlds;

namespace WeComSync.Simulator.Control;

/// <summary>Companies, their credentials and how WeCom treats them.</summary>
internal static class CorpRoutes
{
    public static void Map(RouteGroupBuilder control, SimulatorHost host)
    {
        control.MapGet("/corps", () => host.Corps.Select(CorpView.Of));
        control.MapPost("/corps", (CorpOptions options) => CorpView.Of(host.AddCorp(options)));
        control.MapGet("/corps/{corpId}", (string corpId) => CorpView.Of(host.Corp(corpId)));
        control.MapPatch("/corps/{corpId}/settings", (string corpId, JsonObject patch) =>
        {
            var corp = host.Corp(corpId);
            corp.Settings = ControlJson.Patched(corp.Settings, patch);
            return corp.Settings;
        });
        control.MapPost("/corps/{corpId}/tokens/kill", (string corpId, KillTokensRequest request) =>
        {
            var corp = host.Corp(corpId);
            corp.KillTokens(request.Credential is { } name ? Credential(corp, name) : null, request.Code);
        });
        control.MapPost("/corps/{corpId}/apps", (string corpId, AppRequest request) =>
            AppView.Of(host.Corp(corpId).AddApp(request.AgentId, VisibleRange.WholeCompany, request.IsNew)));
        control.MapPut("/corps/{corpId}/apps/{agentId:long}/range", (string corpId, long agentId, JsonObject range) =>
        {
            var app = (App)Credential(host.Corp(corpId), $"app:{agentId}");
            app.Range = ControlJson.Patched(VisibleRange.Nothing, range);
            return AppView.Of(app);
        });
        control.MapPost("/corps/{corpId}/apps/{agentId:long}/signature", (string corpId, long agentId, SignatureRequest request) => new
        {
            errcode = ((App)Credential(host.Corp(corpId), $"app:{agentId}")).CheckSignature(
                request.Kind, new JsapiSignature(request.NonceStr, request.Timestamp, request.Url, request.Signature)),
        });
        control.MapPatch("/corps/{corpId}/credentials/{name}", Change(host));
        control.MapPut("/corps/{corpId}/credentials/{name}/trusted-ips", (string corpId, string name, TrustedIpsRequest request) =>
            Credential(host.Corp(corpId), name).TrustIps(request.Addresses, TimeSpan.FromSeconds(request.AfterSeconds)));
        control.MapPost("/corps/{corpId}/credentials/{name}/reset-secret", (string corpId, string name) =>
            new { secret = Credential(host.Corp(corpId), name).ResetSecret() });
    }

    private static Func<string, string, CredentialRequest, CorpView> Change(SimulatorHost host) => (corpId, name, request) =>
    {
        var corp = host.Corp(corpId);
        var credential = Credential(corp, name);
        credential.IsEnabled = request.IsEnabled ?? credential.IsEnabled;
        credential.IsSecretTooOld = request.IsSecretTooOld ?? credential.IsSecretTooOld;
        if (credential is ContactSync contacts)
        {
            contacts.Ip = request.ContactSyncIp ?? contacts.Ip;
            contacts.CanEdit = request.CanEdit ?? contacts.CanEdit;
        }
        if (credential is App app)
        {
            app.HiddenFields = request.HiddenFields ?? app.HiddenFields;
            app.IsListed = request.IsListed ?? app.IsListed;
        }
        return CorpView.Of(corp);
    };

    private static Credential Credential(Corp corp, string name) =>
        corp.Credentials.FirstOrDefault(credential => credential.Name == name)
        ?? throw new KeyNotFoundException($"{corp.Id} has no credential {name}.");
}
