import Foundation

/// One line of the table.
struct Row: Codable {
    var name: String
    /// The best of the repetitions, and their median.
    var value: Double
    var median: Double
    var unit: String
    /// The reference, measured in the same run.
    var reference: Double?
    var referenceName: String?
    var ratio: Double?
    var target: String
    /// Nil if the row has no target.
    var met: Bool?
    /// The figures of other libraries for the same work, in the same unit, by the name of the peer.
    var peers: [String: Double] = [:]
}

struct Sample {
    var best: Double
    var median: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        best = sorted.first ?? .nan
        median = sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }

    func scaled(by factor: Double) -> Sample { Sample([best * factor, median * factor, median * factor]) }
}

extension Duration {
    var nanoseconds: Double { Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9 }
}

/// Nanoseconds per operation, where `body` performs `count` of them.
func measure(_ count: Int, repetitions: Int = 9, _ body: (Int) -> Void) -> Sample {
    body(count / 10)
    let clock = ContinuousClock()
    return Sample((0..<repetitions).map { _ in clock.measure { body(count) }.nanoseconds / Double(count) })
}

/// Nanoseconds that one call takes.
func measureOnce(repetitions: Int = 9, _ body: () -> Void) -> Sample {
    body()
    let clock = ContinuousClock()
    return Sample((0..<repetitions).map { _ in clock.measure(body).nanoseconds })
}

/// Wall time per operation, when each of `threads` threads performs its share of `count` operations.
func measure(
    threads: Int,
    _ count: Int,
    _ body: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void
) -> Sample {
    let share = count / threads
    let clock = ContinuousClock()
    return Sample(
        (0..<7).map { _ in
            clock.measure {
                let group = DispatchGroup()
                for thread in 0..<threads {
                    group.enter()
                    Thread.detachNewThread {
                        body(thread, share)
                        group.leave()
                    }
                }
                group.wait()
            }.nanoseconds / Double(share * threads)
        }
    )
}

/// A figure without a target, beside a reference if it has one.
func row(_ name: String, _ sample: Sample, unit: String = "ns", beside reference: (Sample, String)? = nil) -> Row {
    Row(
        name: name,
        value: sample.best,
        median: sample.median,
        unit: unit,
        reference: reference?.0.best,
        referenceName: reference?.1,
        ratio: reference.map { sample.best / $0.0.best },
        target: ""
    )
}

func row(_ name: String, _ sample: Sample, unit: String = "ns", atMost limit: Double, _ target: String) -> Row {
    Row(name: name, value: sample.best, median: sample.median, unit: unit, target: target, met: sample.best <= limit)
}

/// A target that is a multiple of a reference.
func row(
    _ name: String,
    _ sample: Sample,
    unit: String = "ns",
    atMost factor: Double,
    times reference: Sample,
    _ referenceName: String
) -> Row {
    let ratio = sample.best / reference.best
    return Row(
        name: name,
        value: sample.best,
        median: sample.median,
        unit: unit,
        reference: reference.best,
        referenceName: referenceName,
        ratio: ratio,
        target: "≤ \(factor.formatted()) × \(referenceName)",
        met: ratio <= factor
    )
}

extension [Row] {
    func table() -> String {
        func number(_ value: Double) -> String {
            value >= 1000 ? String(format: "%.0f", value) : String(format: "%.2f", value)
        }
        let peers = Peer.allCases.map(\.rawValue).filter { peer in contains { $0.peers[peer] != nil } }
        let header = ["what", "best", "median", "unit"] + peers + ["reference", "ratio", "target", "met"]
        let lines = map { row in
            [row.name, number(row.value), number(row.median), row.unit]
                + peers.map { row.peers[$0].map(number) ?? "–" } + [
                    row.reference.map(number) ?? "", row.ratio.map { String(format: "%.2f", $0) } ?? "", row.target,
                    row.met.map { $0 ? "yes" : "NO" } ?? "",
                ]
        }
        let widths = header.indices.map { column in ([header] + lines).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            "| "
                + zip(cells, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(
                    separator: " | "
                )
                + " |"
        }
        let rule = "| " + widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ") + " |"
        return ([line(header), rule] + lines.map(line)).joined(separator: "\n")
    }
}

/// Runs this program in a process of its own, whose memory no other row has used, and returns what it prints.
func outputOfThisProgram(_ argument: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [argument]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
}
