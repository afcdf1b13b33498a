namespace WeComSync.Worker.Sync.Directory;

/// <summary>What a run has read completely. A removal is proved by these, never by a list alone.</summary>
internal sealed class DirectoryFacts : RunFindings
{
    private readonly Lock gate = new();
    private readonly HashSet<long> peopleRead = [];

    /// <summary>When the first listing began, by the database's clock: what was fetched later is not judged by it.</summary>
    public DateTimeOffset ListedAt { get; set; }

    /// <summary>Departments and people of the whole company were listed by the contact-sync secret, to the end.</summary>
    public bool WholeCompanyListed { get; set; }

    /// <summary>The departments were listed to the end (the whole tree, or all that the application may see).</summary>
    public bool DepartmentsRead { get; set; }

    /// <summary>Everybody in every visible department was read, each department to the end.</summary>
    public bool DetailsRead { get; set; }

    /// <summary>
    /// Neither the company was listed nor everybody read, only a part: who is not there was perhaps not asked for.
    /// </summary>
    public bool OnlyAPart { get; set; }

    /// <summary>An object that we deleted ourselves is staged as gone.</summary>
    public bool Deleted { get; set; }

    /// <summary>Departments whose people's details were read to the end.</summary>
    public IReadOnlyCollection<long> PeopleRead
    {
        get
        {
            lock (gate)
            {
                return [.. peopleRead];
            }
        }
    }

    /// <summary>Shares of the people visible by name that were read.</summary>
    public HashSet<long> SharesRead { get; } = [];

    /// <summary>The list of tags was read to the end.</summary>
    public bool TagsListed { get; set; }

    /// <summary>Tags whose members were read to the end.</summary>
    public List<long> TagsRead { get; } = [];

    /// <summary>The reader of the tags sees the whole company, so who is missing from a tag does not carry it.</summary>
    public bool TagReaderSeesAll { get; set; }

    /// <summary>Somebody was returned without an id, so the details do not tell who is missing.</summary>
    public bool PersonWithoutId { get; set; }

    /// <summary>Kinds of whose list one entry has no id: whoever is missing from it may be that one, so it proves no removal.</summary>
    public HashSet<string> WithHoles { get; } = [];

    public void ReadPeople(IEnumerable<long> departments)
    {
        lock (gate)
        {
            peopleRead.UnionWith(departments);
        }
    }
}
