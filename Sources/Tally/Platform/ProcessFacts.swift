/// Facts about this process. Outside Linux, all except the limits and the CPU time are nil.
package struct ProcessFacts: Sendable {
    package let id: Int
    /// User and kernel time of all threads, including those that have ended.
    package let cpuSeconds: Double?
    package let residentBytes: Double?
    package let virtualBytes: Double?
    /// Nil also if there is no limit.
    package let virtualBytesLimit: Double?
    package let threads: UInt64?
    /// Since the Unix epoch. Does not change if the clock is set.
    package let startSeconds: Double?
    package let descriptors: Int?
    /// The soft limit, which takes effect before the hard limit. Nil also if there is none.
    package let descriptorLimit: Double?

    /// Reads a few files of `/proc`, which takes some 50 µs.
    package static func current() -> ProcessFacts {
        func text(_ path: String) -> String { String(decoding: (try? KernelFile.read(path)) ?? [], as: UTF8.self) }
        let stat = ProcessStat(text: text("/proc/self/stat"))
        return ProcessFacts(
            id: System.processID,
            cpuSeconds: System.usedSeconds(),
            residentBytes: stat.map { Double($0.residentPages) * System.pageSize() },
            virtualBytes: stat.map { Double($0.virtualBytes) },
            virtualBytesLimit: System.limit(of: .memory),
            threads: stat.map(\.threads),
            startSeconds: ProcessStart.own.seconds(
                boot: { bootTime(text: text("/proc/stat")) },
                sinceBoot: stat.map { Double($0.startTicks) / System.clockTicks() }
            ),
            descriptors: openDescriptors(),
            descriptorLimit: System.limit(of: .openFiles)
        )
    }

    /// The time the machine was booted, since the Unix epoch. https://man7.org/linux/man-pages/man5/proc_stat.5.html
    package static func bootTime(text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func openDescriptors() -> Int? {
        // Since Linux 6.2, the folder's size is the number of descriptors, so one call is enough.
        // https://git.kernel.org/torvalds/c/f1f1f2569901ec5b9d425f2e91c09a0e320768f3
        if let count = System.status(of: "/proc/self/fd")?.bytes, count > 0 { return count }
        return countedDescriptors()
    }

    /// The number of open descriptors without the one that reads the folder.
    package static func countedDescriptors() -> Int? {
        guard let entries = System.entries(of: "/proc/self/fd"), entries.count > 1 else { return nil }
        return entries.count - 1
    }
}
