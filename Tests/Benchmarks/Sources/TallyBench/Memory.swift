import Foundation
import Tally

/// The memory of a million series, in a separate process so that no freed memory is reused.
enum Memory {
    static let argument = "--measure-memory"

    static func rows() throws -> [Row] {
        let numbers = String(decoding: try outputOfThisProgram(argument), as: UTF8.self).split(separator: " ")
            .compactMap {
                Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        guard numbers.count == 5 else { throw CocoaError(.fileReadCorruptFile) }
        return [
            row("memory a series, of 1 M", Sample([numbers[0]]), unit: "B", atMost: 120, "≤ 120 B"),
            row(
                "peak extra memory of a streamed scrape of 1 M",
                Sample([numbers[1]]),
                unit: "KiB",
                atMost: 1024,
                "≤ 1 MiB"
            ),
            row("memory an active user, of 1 M", Sample([numbers[2]]), unit: "B", atMost: 40, "≤ 40 B"),
            row("memory a native histogram, six octaves in use", Sample([numbers[3]]), unit: "B"),
            row("memory a native histogram, every octave in use", Sample([numbers[4]]), unit: "B"),
        ]
    }

    /// Runs in the separate process. Prints bytes per series, the KiB a scrape adds at its peak, and bytes per user.
    static func measure() throws {
        // A first scrape of few series lets the runtime allocate its own memory.
        Scrapes.stream(Scrapes.registry(0..<100))
        let before = try status("VmRSS:")
        let registry = Scrapes.registry(0..<Scrapes.million)
        let after = try status("VmRSS:")
        // Resets the peak: https://man7.org/linux/man-pages/man5/proc.5.html
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        Scrapes.stream(registry)
        let peak = try status("VmHWM:")
        let users = ActiveUsers("users", help: "", windows: [.hours(24), .days(7)], in: MetricRegistry())
        let beforeUsers = try status("VmRSS:")
        for user in 0..<Users.million {
            var identifier = user
            withUnsafeBytes(of: &identifier) { users.record(bytes: $0) }
        }
        let afterUsers = try status("VmRSS:")
        print(
            (after - before) * 1024 / Double(Scrapes.million),
            peak - after,
            (afterUsers - beforeUsers) * 1024 / Double(Users.million),
            try native(-6..<0),
            try native(-32..<63)
        )
    }

    /// The memory of a series whose observations are in these octaves.
    private static func native(_ octaves: Range<Int>) throws -> Double {
        let count = 10_000
        let registry = MetricRegistry(ownMetrics: false)
        let family = Family<User, Histogram>("rpc", help: "", native: .standard, maxChildren: count, in: registry)
        let before = try status("VmRSS:")
        for index in 0..<count {
            let child = family[.numbered(index)]
            for octave in octaves { child.observe(1.5 * exp2(Double(octave))) }
        }
        return (try status("VmRSS:") - before) * 1024 / Double(count)
    }

    /// A line of `/proc/self/status`, in KiB.
    static func status(_ name: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? .nan
    }
}
