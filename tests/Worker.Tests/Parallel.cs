using Xunit.v3;

// Some tests wait for schedules, leases and simulated calls most of their time: another one fits in meanwhile.
[assembly: Parallelization(MaxThreads = 3)]
