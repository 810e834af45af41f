import Foundation
import Tally

/// A registry of random instruments, labels and values, and the samples that a reader must find.
struct RandomRegistry {
    enum Phase: String, LabelValue, CaseIterable {
        case starting
        case serving = "ser\"\\\nving"
    }

    struct Sample: Encodable {
        /// As exposed, without the suffix of a histogram's samples, which is not escaped.
        var name: String
        var suffix = ""
        var isCreated = false
        /// True for a sum that may decrease, and for its count.
        var isNotInOpenMetrics = false
        var labels: [String: String]
        /// As Python's `float` reads it.
        var value: String
        /// The labels and the value of the exemplar, if there is one.
        var exemplar: [String: String]?
        var exemplarValue: String?
    }

    /// The creation time of every series.
    static let seconds = 1_763_740_000.123
    private let hasCreated: Bool
    let hasUTF8Names: Bool
    let registry: MetricRegistry
    private let prefix: String
    private(set) var samples: [Sample] = []

    init(seed: UInt64) throws {
        var random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        let isUTF8 = random.chance(2)
        hasUTF8Names = isUTF8
        // The name does not end with a line feed, because the Python parser takes such a name for a plain one.
        let constant = random.chance(4) ? [isUTF8 ? "z\(random.utf8Name())z" : "zone": random.text()] : [:]
        prefix = random.chance(4) ? isUTF8 ? "app.😀" : "app_" : ""
        hasCreated = random.chance(4)
        registry = try MetricRegistry(
            clock: ContinuousClock(),
            wallSeconds: { Self.seconds },
            validatingPrefix: prefix,
            constantLabels: constant.map { ($0.key, $0.value) },
            nameValidation: isUTF8 ? .utf8 : .legacy,
            exposesCreated: hasCreated
        )
        for index in 0..<Int.random(in: 0...6, using: &random) {
            try add("\(isUTF8 ? random.utf8Name() : random.name())_\(index)", constant, isUTF8, &random)
        }
    }

    private mutating func add(
        _ name: String,
        _ constant: [String: String],
        _ isUTF8: Bool,
        _ random: inout Random
    ) throws {
        let labels = (0..<Int.random(in: 0...3, using: &random)).map { index in
            (isUTF8 && random.chance(2) ? "l" + random.utf8Name() : random.name()) + "l\(index)"
        }
        let help = random.text()
        let children = (0..<(labels.isEmpty ? 1 : Int.random(in: 0...5, using: &random))).map { _ in
            labels.map { _ in random.text() }
        }
        // Equal values would be one child.
        let unique = Array(Set(children))
        func all(_ values: [String]) -> [String: String] {
            constant.merging(zip(labels, values)) { $1 }
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let family = try Counter.family(validating: name, help: help, labelNames: labels, in: registry)
            for values in unique {
                let amount = random.chance(3) ? Int.random(in: 0...Int.max, using: &random) : random.small()
                var sample = Sample(name: exposed(name) + "_total", labels: all(values), value: "\(amount)")
                if random.chance(3) {
                    // Without quotes: the Python parser takes an escaped quote for the end of an exemplar's label.
                    // (Prometheus 2.42 accepts it, and keeps the backslash.)
                    let label = String(
                        random.text().unicodeScalars.filter { $0 != "\"" }.prefix(100).map(Character.init)
                    )
                    family[values].increment(by: amount, exemplar: ["trace": label])
                    // An exemplar with a NUL is dropped.
                    if !label.utf8.contains(0) {
                        sample.exemplar = ["trace": label]
                        sample.exemplarValue = "\(amount)"
                    }
                } else {
                    family[values].increment(by: amount)
                }
                samples.append(sample)
                addCreated(sample.name, all(values))
            }
        case 1:
            let family = try Gauge.family(validating: name, help: help, labelNames: labels, in: registry)
            for values in unique {
                let value = random.double()
                family[values].set(value)
                samples.append(Sample(name: exposed(name), labels: all(values), value: "\(value)"))
            }
        case 2:
            let family = try FloatCounter.family(validating: name, help: help, labelNames: labels, in: registry)
            for values in unique {
                let amount = abs(random.double())
                let kept = amount.isFinite ? amount : 0
                family[values].increment(by: amount)
                samples.append(Sample(name: exposed(name) + "_total", labels: all(values), value: "\(kept)"))
                addCreated(exposed(name) + "_total", all(values))
            }
        case 3:
            // The escaped label must not begin with two underscores, which the Python parser rejects.
            let name = "s\(name)"
            let family = try StateSet<Phase>.family(validating: name, help: help, labelNames: labels, in: registry)
            for values in unique {
                let active = Phase.allCases.filter { _ in random.chance(2) }
                _ = family[values]
                for state in active { family[values].set(state, to: true) }
                for state in Phase.allCases {
                    let labels = all(values).merging([exposed(name): state.rawValue]) { $1 }
                    samples.append(
                        Sample(name: exposed(name), labels: labels, value: active.contains(state) ? "1" : "0")
                    )
                }
            }
        case 4:
            try Info(
                validating: name,
                help: help,
                labels: zip(labels, unique.first ?? []).map { (name: $0, value: $1) },
                in: registry
            )
            samples.append(Sample(name: exposed(name) + "_info", labels: all(unique.first ?? []), value: "1"))
        default:
            // Some bounds and values are below zero.
            let lowest = random.chance(3) ? -10.0 : 0
            let bounds = Array(Set((0..<3).map { _ in Double(random.small()) / 8 + lowest })).sorted()
            let family =
                random.chance(2)
                ? try Histogram.family(
                    validating: name,
                    help: help,
                    labelNames: labels,
                    buckets: Buckets(bounds),
                    in: registry
                )
                : try Histogram.family(
                    validating: name,
                    help: help,
                    labelNames: labels,
                    buckets: Buckets(bounds),
                    native: NativeBuckets(schema: Int.random(in: 0...8, using: &random), maxBuckets: 16),
                    in: registry
                )
            for values in unique {
                let observed = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    Double(random.small()) / 16 + lowest
                }
                let sum = observed.reduce(0, +)
                let mayFall = sum < 0 || bounds.contains { $0 < 0 }
                for value in observed { family[values].observe(value) }
                func add(_ suffix: String, _ value: String, _ le: String? = nil) {
                    let labels = all(values).merging(le.map { ["le": $0] } ?? [:]) { $1 }
                    samples.append(
                        Sample(
                            name: exposed(name),
                            suffix: suffix,
                            isNotInOpenMetrics: mayFall && le == nil,
                            labels: labels,
                            value: value
                        )
                    )
                }
                _ = family[values]
                for bound in bounds { add("_bucket", "\(observed.count { $0 <= bound })", "\(bound)") }
                add("_bucket", "\(observed.count)", "+Inf")
                add("_sum", "\(sum)")
                add("_count", "\(observed.count)")
                addCreated(exposed(name), all(values))
            }
        }
    }

    private mutating func addCreated(_ name: String, _ labels: [String: String]) {
        guard hasCreated else { return }
        samples.append(
            Sample(name: name, suffix: "_created", isCreated: true, labels: labels, value: "\(Self.seconds)")
        )
    }

    private func exposed(_ name: String) -> String { prefix + name }
}

/// Pseudorandom numbers, the same in every run.
private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }

    mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }

    mutating func small() -> Int { Int.random(in: 0...(chance(5) ? 10_000 : 20), using: &self) }

    mutating func name() -> String {
        let letters = Array("abcxyzABZ_019")
        return "n"
            + String((0..<Int.random(in: 0...9, using: &self)).map { _ in letters.randomElement(using: &self) ?? "n" })
    }

    /// Any text that may be a name. It has no colons, which a state set's name must not have.
    mutating func utf8Name() -> String {
        String(String.UnicodeScalarView(text().unicodeScalars.filter { $0 != ":" }))
    }

    /// Any text: characters to escape, syntax, control characters, several Unicode planes.
    mutating func text() -> String {
        let pieces = [
            "\"", "\\", "\n", "\\n", "\\\"", "{", "}", ",", "=", " ", "#", "# EOF", " # {", "é", "e\u{301}", "🚀", "\t",
            "\r", "\u{0}", "\u{1}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{10FFFF}", "abc", "0", "+Inf",
        ]
        return (0..<Int.random(in: 0...8, using: &self)).map { _ in
            if chance(4), let scalar = Unicode.Scalar(UInt32.random(in: 1...0x2FFFF, using: &self)) {
                return String(Character(scalar))
            }
            return pieces.randomElement(using: &self) ?? ""
        }.joined()
    }

    mutating func double() -> Double {
        switch Int.random(in: 0..<8, using: &self) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3: Double(small())
        case 4: -0.0
        case 5: Double(small()) / 7
        default: Double(bitPattern: next())
        }
    }
}
