import TallyTesting

@testable import Tally

/// Prometheus text 0.0.4 as a strict parser reads it, for tests that compare bytes.
struct ParsedText {
    struct Sample: Hashable {
        var name: String
        /// The labels in their order in the text.
        var labels: [Label]
        var value: String
    }

    struct Label: Hashable {
        var name: String
        /// Bytes, because strings compare by canonical equivalence.
        var value: [UInt8]
    }

    /// A line that the parser accepts but Tally never writes: with other spaces, a comment, or a needless escape.
    struct NotCanonical: Error {
        var line: String
    }

    var samples: [Sample] = []
    /// Family names in the order of their TYPE lines.
    var types: [(name: String, type: String)] = []
    var helps: [String: String] = [:]

    init(_ body: [UInt8]) throws {
        let exposition = try ExpositionParser(.prometheusText, allowsQuotedNames: false).parse(body)
        let lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        for sample in exposition.samples {
            let line = lines[sample.line - 1]
            guard line.elementsEqual(sample.description.utf8) else {
                throw NotCanonical(line: String(decoding: line, as: UTF8.self))
            }
            let labels = sample.labels.map { Label(name: $0.name, value: Array($0.value.utf8)) }
            samples.append(Sample(name: sample.name, labels: labels, value: sample.valueText))
        }
        for line in lines where line.first == UInt8(ascii: "#") {
            let text = String(decoding: line, as: UTF8.self)
            let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            switch (words.first, words.count > 2 ? words[1] : "") {
            // Unparsed, with its escapes.
            case ("#", "HELP"): helps[words[2]] = words.count > 3 ? words[3] : ""
            case ("#", "TYPE") where words.count == 4: types.append((words[2], words[3]))
            default: throw NotCanonical(line: text)
            }
        }
        let count = exposition.samples.count + lines.count(where: { $0.first == UInt8(ascii: "#") })
        guard count == lines.count else { throw NotCanonical(line: "") }
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
