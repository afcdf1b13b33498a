namespace WeComSync.Worker.Doctor;

/// <summary>One thing that the doctor can say: what is so and why, and the step that mends it.</summary>
/// <param name="What">One or two sentences.</param>
/// <param name="Step">Null where there is nothing to do. It has the same placeholders to choose from.</param>
/// <param name="ConsoleStep">The step for readers of the console, where it is another: they have pages, no commands and no files.</param>
internal sealed record DoctorText(Words What, Words? Step = null, Words? ConsoleStep = null);
