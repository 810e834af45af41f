#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the system says of this process. Nil where it does not: all but the limits and the CPU time outside of Linux.
package struct ProcessFacts: Sendable {
    package let id: Int
    /// In user and in kernel mode, of all threads, also those that have ended.
    package let cpuSeconds: Double?
    package let residentBytes: Double?
    package let virtualBytes: Double?
    /// Nil also where there is no limit.
    package let virtualBytesLimit: Double?
    package let threads: UInt64?
    /// Since the Unix epoch. The same at each reading, whatever happens to the clock.
    package let startSeconds: Double?
    package let descriptors: Int?
    /// The soft limit, which is the one that is met first. Nil also where there is none.
    package let descriptorLimit: Double?

    /// Reads some files of `/proc`: some 50 µs.
    package static func current() -> ProcessFacts {
        let stat = ProcessStat(text: file("/proc/self/stat"))
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let pageSize = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))
        return ProcessFacts(
            id: Int(getpid()),
            cpuSeconds: usedSeconds(),
            residentBytes: stat.map { Double($0.residentPages) * pageSize },
            virtualBytes: stat.map { Double($0.virtualBytes) },
            virtualBytesLimit: limit(.virtualBytes),
            threads: stat.map(\.threads),
            startSeconds: ProcessStart.own.seconds(
                boot: { bootTime(text: file("/proc/stat")) },
                sinceBoot: stat.map { Double($0.startTicks) / ticks }
            ),
            descriptors: openDescriptors(),
            descriptorLimit: limit(.descriptors)
        )
    }

    /// When the machine was started, since the Unix epoch. https://man7.org/linux/man-pages/man5/proc_stat.5.html
    package static func bootTime(text: String) -> Double? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private enum Resource {
        case virtualBytes
        case descriptors
    }

    private static func limit(_ resource: Resource) -> Double? {
        var limit = rlimit()
        #if canImport(Glibc)
        let number = __rlimit_resource_t((resource == .descriptors ? RLIMIT_NOFILE : RLIMIT_AS).rawValue)
        #else
        let number = resource == .descriptors ? RLIMIT_NOFILE : RLIMIT_AS
        #endif
        guard unsafe getrlimit(number, &limit) == 0, limit.rlim_cur != rlim_t.max else { return nil }
        return Double(limit.rlim_cur)
    }

    /// To the microsecond, where `/proc/self/stat` counts hundredths of a second.
    private static func usedSeconds() -> Double? {
        var usage = rusage()
        #if canImport(Glibc)
        let status = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        #else
        let status = unsafe getrusage(Int32(RUSAGE_SELF), &usage)
        #endif
        guard status == 0 else { return nil }
        #if os(Linux)
        // Two times of two words each come first, seconds and microseconds. Read as such: which module the members of
        // `timeval` belong to depends on what else is imported.
        guard MemoryLayout<timeval>.size == 16 else { return nil }
        return unsafe withUnsafeBytes(of: usage) { bytes in
            func word(_ index: Int) -> Double { Double(unsafe bytes.load(fromByteOffset: 8 * index, as: Int64.self)) }
            return word(0) + word(2) + (word(1) + word(3)) / 1e6
        }
        #else
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
        #endif
    }

    private static func openDescriptors() -> Int? {
        // Since Linux 6.2 the folder's size is their number, in one call however many there are.
        // https://git.kernel.org/torvalds/c/f1f1f2569901ec5b9d425f2e91c09a0e320768f3
        var status = stat()
        if unsafe stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(clamping: status.st_size) }
        return countedDescriptors()
    }

    /// Without the two that name folders, and the one that reads them.
    package static func countedDescriptors() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe _ = closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return count > 3 ? count - 3 : nil
    }

    /// A file's beginning, empty if it cannot be read. `/proc` has no sizes, so it is read until its end.
    private static func file(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
