@testable import Tally

/// A strict reader of Prometheus text 0.0.4: what it cannot read, a scraper could not either.
struct ParsedText {
    struct Sample: Hashable {
        var name: String
        /// In the order they stand in. Bytes, since strings compare by canonical equivalence.
        var labels: [Label]
        var value: String
    }

    struct Label: Hashable {
        var name: String
        var value: [UInt8]
    }

    struct Malformed: Error {
        var line: String
        var problem: String
    }

    var samples: [Sample] = []
    /// Family names in the order of their TYPE lines.
    var types: [(name: String, type: String)] = []
    var helps: [String: String] = [:]

    init(_ body: [UInt8]) throws {
        guard body.isEmpty || body.last == UInt8(ascii: "\n") else {
            throw Malformed(line: "", problem: "does not end with a line feed")
        }
        for line in body.split(separator: UInt8(ascii: "\n")) {
            try add(Array(line))
        }
        let identities = samples.map { [$0.name] + $0.labels.map { "\($0.name)=\($0.value)" } }
        guard Set(identities).count == identities.count else { throw Malformed(line: "", problem: "duplicate series") }
        guard Set(types.map(\.name)).count == types.count else { throw Malformed(line: "", problem: "two TYPE lines") }
    }

    init(_ exposition: Exposition) throws {
        try self.init(exposition.body)
    }

    /// The value of a sample, as text; nil if there is none.
    subscript(_ name: String, _ labels: (String, String)...) -> String? {
        let wanted = Set(labels.map { Label(name: $0.0, value: Array($0.1.utf8)) })
        return samples.first { $0.name == name && Set($0.labels) == wanted }?.value
    }

    func samples(of name: String) -> [Sample] { samples.filter { $0.name == name } }

    private mutating func add(_ line: [UInt8]) throws {
        let text = String(decoding: line, as: UTF8.self)
        func malformed(_ problem: String) -> Malformed { Malformed(line: text, problem: problem) }
        if line.first == UInt8(ascii: "#") {
            let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            switch words.count > 2 ? words[1] : "" {
            case "HELP": helps[String(words[2])] = words.count > 3 ? String(words[3]) : ""
            case "TYPE": types.append((String(words[2]), String(words[3])))
            default: throw malformed("unknown comment")
            }
            return
        }
        var position = 0
        func name() -> String {
            let start = position
            while position < line.count,
                line[position] == UInt8(ascii: "_") || line[position] == UInt8(ascii: ":")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[position])
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(line[position] | 0x20)
            { position += 1 }
            return String(decoding: line[start..<position], as: UTF8.self)
        }
        func take(_ character: Unicode.Scalar) throws {
            guard position < line.count, line[position] == UInt8(ascii: character) else {
                throw malformed("expected \(character) at \(position)")
            }
            position += 1
        }
        var sample = Sample(name: name(), labels: [], value: "")
        if position < line.count, line[position] == UInt8(ascii: "{") {
            position += 1
            while true {
                let label = name()
                guard !label.isEmpty else { throw malformed("empty label name") }
                try take("=")
                try take("\"")
                var value: [UInt8] = []
                while position < line.count, line[position] != UInt8(ascii: "\"") {
                    var byte = line[position]
                    if byte == UInt8(ascii: "\\") {
                        position += 1
                        guard position < line.count else { throw malformed("ends in an escape") }
                        switch line[position] {
                        case UInt8(ascii: "n"): byte = UInt8(ascii: "\n")
                        case UInt8(ascii: "\\"), UInt8(ascii: "\""): byte = line[position]
                        default: throw malformed("unknown escape")
                        }
                    }
                    value.append(byte)
                    position += 1
                }
                try take("\"")
                sample.labels.append(Label(name: label, value: value))
                if position < line.count, line[position] == UInt8(ascii: ",") {
                    position += 1
                    continue
                }
                try take("}")
                break
            }
        }
        try take(" ")
        sample.value = String(decoding: line[position...], as: UTF8.self)
        guard Double(sample.value.replacingInfinity) != nil else { throw malformed("no number") }
        samples.append(sample)
    }
}

extension String {
    fileprivate var replacingInfinity: String {
        self == "+Inf" ? "inf" : self == "-Inf" ? "-inf" : self == "NaN" ? "nan" : self
    }
}

extension MetricRegistry {
    /// A registry that exposes only what a test puts into it.
    static func bare() -> MetricRegistry { MetricRegistry(ownMetrics: false) }

    var text: String { String(decoding: exposition().body, as: UTF8.self) }
    var json: String { String(decoding: exposition(as: .json).body, as: UTF8.self) }

    func parsed() throws -> ParsedText { try ParsedText(exposition()) }
}

struct Path: LabelSet {
    var path: String
    static let schema: [Tally.Label<Self>] = [Label("path", \.path)]
}

enum Direction: String, LabelSet, LabelValue, CaseIterable {
    case phoneToBinary = "phone_to_binary"
    case binaryToPhone = "binary_to_phone"
    static let schema: [Tally.Label<Self>] = [Label("direction", \.self)]
}

struct Route: LabelSet {
    enum Method: String, LabelValue {
        case get = "GET"
        case post = "POST"
        case other
    }
    var method: Method
    var isCached: Bool
    static let schema: [Tally.Label<Self>] = [Label("method", \.method), Label("cached", \.isCached)]
}
