internal import Tally

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the system says of this process.
enum ProcessFacts {
    static func current() -> HealthValues {
        let stat = ProcessStat(text: file("/proc/self/stat"))
        let boot = bootTime(text: file("/proc/stat"))
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return [
            "pid": .integer(Int(getpid())),
            "startedAt": time(stat.flatMap { stat in boot.map { $0 + Double(stat.startTicks) / ticks } }),
            "cpuSeconds": stat.map { .number(Double($0.cpuTicks) / ticks) } ?? .null,
            "residentMemoryBytes": stat.map { .number(Double($0.residentPages) * Double(pageSize)) } ?? .null,
            "threads": stat.map { .unsigned($0.threads) } ?? .null,
        ]
    }

    private static var pageSize: Int { max(1, sysconf(Int32(_SC_PAGESIZE))) }

    private static func time(_ secondsSinceEpoch: Double?) -> HealthValue {
        guard let time = secondsSinceEpoch.flatMap(UTCTime.init(secondsSinceEpoch:)) else { return .null }
        var bytes: [UInt8] = []
        time.append(to: &bytes)
        return .string(String(decoding: bytes, as: UTF8.self))
    }

    /// When the machine was started, in seconds since 1970. https://man7.org/linux/man-pages/man5/proc_stat.5.html
    static func bootTime(text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    /// A file's beginning, empty if it cannot be read. `/proc` has no sizes, so it is read until its end.
    private static func file(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The fields of `/proc/self/stat` that are of use. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
struct ProcessStat: Equatable {
    let cpuTicks: UInt64
    let threads: UInt64
    let startTicks: UInt64
    let residentPages: UInt64

    init?(text: String) {
        // The command's name, in parentheses, may hold spaces and parentheses of its own.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split { $0 == " " || $0 == "\n" }
        // The first of these is the manual's third field.
        func field(_ number: Int) -> UInt64? { fields.count > number - 3 ? UInt64(fields[number - 3]) : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let pages = field(24)
        else { return nil }
        let (ticks, overflow) = user.addingReportingOverflow(system)
        guard !overflow else { return nil }
        cpuTicks = ticks
        self.threads = threads
        startTicks = start
        residentPages = pages
    }
}
