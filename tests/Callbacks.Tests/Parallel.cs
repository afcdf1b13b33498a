using Xunit.v3;

// Most tests here wait for a server, a disk or a deadline.
[assembly: Parallelization(MaxThreads = 4)]
