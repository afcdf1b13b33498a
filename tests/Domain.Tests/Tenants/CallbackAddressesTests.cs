using Microsoft.Extensions.Configuration;
using WeComSync.Domain.Storage;
using WeComSync.Domain.Tenants;
using Xunit;

namespace WeComSync.Domain.Tests.Tenants;

public sealed class CallbackAddressesTests
{
    private readonly Tenant tenant = new() { Key = "acme", Name = "Acme", CorpId = "ww1" };

    [Theory]
    [InlineData("https://sync.example.com")]
    [InlineData("https://sync.example.com/")]
    [InlineData("http://10.0.0.1:8080/wecom/")]
    public void Address_is_made_of_public_url_callback_key_and_channel(string publicUrl) =>
        Assert.Equal($"{publicUrl.TrimEnd('/')}/callbacks/{tenant.CallbackKey}/contacts", Read(publicUrl).UrlOf(tenant, Channel.Contacts));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_a_public_url_only_the_path_is_known(string? publicUrl)
    {
        Assert.Null(Read(publicUrl).UrlOf(tenant, Channel.App));
        Assert.Equal($"/callbacks/{tenant.CallbackKey}/app", CallbackAddresses.PathOf(tenant, Channel.App));
    }

    [Theory]
    [InlineData("sync.example.com")]
    [InlineData("/callbacks")]
    [InlineData("ftp://sync.example.com")]
    [InlineData("https://sync.example.com?a=b")]
    [InlineData("https://sync.example.com#a")]
    [InlineData("https://user:password@sync.example.com")]
    public void Public_url_that_WeCom_could_not_call_is_refused_by_the_name_of_its_key(string publicUrl)
    {
        var refused = Assert.Throws<ConfigurationException>(() => Read(publicUrl));
        Assert.StartsWith("Callbacks:PublicUrl must be", refused.Message, StringComparison.Ordinal);
    }

    private static CallbackAddresses Read(string? publicUrl) =>
        CallbackAddresses.Read(new ConfigurationBuilder().AddInMemoryCollection([new("Callbacks:PublicUrl", publicUrl)]).Build());
}
