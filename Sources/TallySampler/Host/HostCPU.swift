/// The first lines of `/proc/stat`: what the CPUs did, in clock ticks since the machine was started.
/// https://man7.org/linux/man-pages/man5/proc_stat.5.html
struct HostCPU: Equatable, Sendable {
    /// user, nice, system, idle, iowait, irq, softirq, steal. What guests used is in user and nice already.
    private(set) var ticks: [UInt64]
    private(set) var cpus: Int

    private static let names = 8
    private static let idle = 3
    private static let waiting = 4

    /// Nil if there is no such line, or one with less than the four oldest numbers.
    init?(text: [UInt8]) {
        let lines = text.lines.filter { $0.begins(with: "cpu") }
        guard let all = lines.first(where: { $0.begins(with: "cpu ") }) else { return nil }
        let words = all.words.dropFirst().prefix(Self.names)
        let numbers = words.compactMap(\.number)
        guard numbers.count == words.count, numbers.count > Self.idle, checkedSum(numbers) != nil else { return nil }
        ticks = numbers + Array(repeating: 0, count: Self.names - numbers.count)
        cpus = lines.count - 1
    }

    /// Time of CPUs that did anything, in ticks. Waiting for a disk is not.
    var busyTicks: UInt64 {
        var busy: UInt64 = 0
        for (index, ticks) in ticks.enumerated() where index != Self.idle && index != Self.waiting { busy &+= ticks }
        return busy
    }

    /// The CPU use since then. 100 is one CPU.
    ///
    /// Counters of the host do go back: by a little, of idle and of waiting time, as they are read from several CPUs;
    /// by much where a CPU was taken away. A little counts as nothing; three seconds or more, or another number of
    /// CPUs, begins anew.
    func percent(since earlier: HostCPU, clockTicks: Double) -> Double? {
        guard cpus == earlier.cpus, cpus > 0 else { return nil }
        var total = 0.0
        var busy = 0.0
        for (index, (then, now)) in zip(earlier.ticks, ticks).enumerated() {
            guard let passed = now.minus(then) else {
                if Double(then &- now) >= 3 * clockTicks { return nil }
                continue
            }
            total += Double(passed)
            if index != Self.idle, index != Self.waiting { busy += Double(passed) }
        }
        return total > 0 ? busy / total * Double(cpus) * 100 : nil
    }
}
