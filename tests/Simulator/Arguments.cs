using System.Globalization;
using WeComSync.Simulator.Callbacks;

namespace WeComSync.Simulator;

/// <summary>Arguments of the process: pairs of <c>--name</c> and value.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _given = [];

    /// <exception cref="FormatException">Says which argument is wrong, as all methods here do.</exception>
    public static Arguments Parse(string[] args, string[] known)
    {
        var arguments = new Arguments();
        for (var i = 0; i < args.Length; i += 2)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (!known.Contains(name))
                throw new FormatException($"{args[i]} is not known; --help lists what is.");
            if (i + 1 == args.Length)
                throw new FormatException($"--{name} needs a value.");
            arguments._given[name] = args[i + 1];
        }
        return arguments;
    }

    public string? Text(string name) => _given.GetValueOrDefault(name);

    public int Number(string name, int otherwise, int least = 0)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new FormatException($"--{name} must be a whole number from {least} up, not '{text}'.");
    }

    public double Share(string name, double otherwise)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw new FormatException($"--{name} must be from 0 to 1, not '{text}'.");
    }

    /// <returns>Whether it is the first of the two, as it is when not given.</returns>
    public bool Choice(string name, string yes, string no)
    {
        var text = Text(name) ?? yes;
        return text == yes || (text == no ? false : throw new FormatException($"--{name} must be {yes} or {no}, not '{text}'."));
    }

    /// <returns>Null: none of the three was given.</returns>
    public CallbackTarget? Target(string url, string token, string aesKey, bool isReduced = true, bool isXml = true)
    {
        string[] names = [url, token, aesKey];
        if (names.All(name => Text(name) is null))
            return null;
        if (names.FirstOrDefault(name => Text(name) is null) is { } missing)
            throw new FormatException($"--{missing} is needed with the others of {string.Join(", ", names.Select(name => $"--{name}"))}.");
        var target = new CallbackTarget(Text(url)!, Text(token)!, Text(aesKey)!)
        {
            Form = isReduced ? CallbackForm.Reduced : CallbackForm.Full,
            Envelope = isXml ? CallbackEnvelope.Xml : CallbackEnvelope.Json,
        };
        try
        {
            target.Validate();
        }
        catch (ArgumentException mistake)
        {
            throw new FormatException($"--{url}, --{token} or --{aesKey}: {mistake.Message}");
        }
        return target;
    }
}
