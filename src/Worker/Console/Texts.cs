namespace WeComSync.Worker.WebConsole;

/// <summary>
/// The console's texts. A text's name is its Chinese wording, written where it is used; <c>Texts.en.resx</c> holds the English one. A test fails for
/// a text that has none. Another language is another file.
/// </summary>
internal sealed class Texts;
