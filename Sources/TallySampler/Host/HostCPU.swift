/// The `cpu` lines of `/proc/stat`: the time that the CPUs spent in each state, in clock ticks since boot.
/// https://man7.org/linux/man-pages/man5/proc_stat.5.html
struct HostCPU: Equatable, Sendable {
    /// user, nice, system, idle, iowait, irq, softirq, steal. The first two include guest time.
    private(set) var ticks: [UInt64]
    /// The same of each CPU, by its number.
    private(set) var each: [(cpu: String, ticks: [UInt64])]
    var cpus: Int { each.count }

    static let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]
    private static let idle = 3
    private static let waiting = 4

    /// Nil unless the `cpu` line has at least the first four numbers.
    init?(text: [UInt8]) {
        let lines = text.lines.filter { $0.begins(with: "cpu") }
        guard let all = lines.first(where: { $0.begins(with: "cpu ") }) else { return nil }
        guard let ticks = Self.ticks(all) else { return nil }
        self.ticks = ticks
        each = lines.compactMap { line in
            let name = line.words.first?.dropFirst("cpu".utf8.count) ?? []
            return name.isEmpty ? nil : (name.text, Self.ticks(line) ?? [])
        }
    }

    static func == (one: HostCPU, two: HostCPU) -> Bool {
        one.ticks == two.ticks && one.each.map(\.cpu) == two.each.map(\.cpu)
            && one.each.map(\.ticks) == two.each.map(\.ticks)
    }

    private static func ticks(_ line: some Collection<UInt8>) -> [UInt64]? {
        let words = line.words.dropFirst().prefix(modes.count)
        let numbers = words.compactMap(\.number)
        guard numbers.count == words.count, numbers.count > idle, checkedSum(numbers) != nil else { return nil }
        return numbers + Array(repeating: 0, count: modes.count - numbers.count)
    }

    func details(clockTicks: Double) -> [SampleDetail] {
        each.flatMap { cpu, ticks in
            zip(Self.modes, ticks).map { SampleDetail(.cpuSeconds, [cpu, $0], Double($1) / clockTicks) }
        }
    }

    /// The busy time of all CPUs, in ticks. Waiting for a disk does not count.
    var busyTicks: UInt64 {
        var busy: UInt64 = 0
        for (index, ticks) in ticks.enumerated() where index != Self.idle && index != Self.waiting { busy &+= ticks }
        return busy
    }

    /// The CPU use since an earlier reading, as a percentage of one core.
    ///
    /// Counters may decrease: idle and iowait slightly, because they are summed over CPUs, and all by a lot when a CPU
    /// is removed. A decrease of less than three seconds counts as zero. After a larger one, or a change in the number
    /// of CPUs, the result is nil.
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
