/// Puts lines together to families, and checks what a line alone cannot show.
struct FamilyBuilder {
    private let isOpenMetrics: Bool
    private var families: [ParsedFamily] = []
    /// The family, by its place in `families`, that samples of a name would be taken for.
    private var claims: [[UInt8]: Int] = [:]
    private var open: OpenFamily?

    init(isOpenMetrics: Bool) {
        self.isOpenMetrics = isOpenMetrics
    }

    mutating func add(_ metadata: OpenFamily.Metadata, to name: String, line: Int) throws(ExpositionError) {
        if open?.family.name.hasSameBytes(as: name) != true {
            try close()
            try start(name, line: line, .clashingNames)
        }
        try open?.add(metadata, line: line)
    }

    mutating func add(_ sample: ParsedSample) throws(ExpositionError) {
        if open?.suffix(of: sample.name) == nil {
            if let open, open.family.name.hasSameBytes(as: sample.name) {
                throw ExpositionError(
                    .wrongSuffix,
                    line: sample.line,
                    "a \(open.family.kind.rawValue)'s samples have other suffixes: \(open.suffixes.joined(separator: ", "))"
                )
            }
            try close()
            try start(sample.name, line: sample.line, .interleaved)
        }
        try open?.add(sample)
    }

    mutating func finish() throws(ExpositionError) -> ParsedExposition {
        try close()
        return ParsedExposition(families: families)
    }

    private mutating func start(_ name: String, line: Int, _ code: ExpositionError.Code) throws(ExpositionError) {
        if let owner = claims[Array(name.utf8)] {
            let family = families[owner]
            let problem =
                "\(name.debugDescription) belongs to \(family.name.debugDescription) of line \(family.line), "
                + "whose lines must stand together"
            throw ExpositionError(code, line: line, problem)
        }
        open = OpenFamily(name, line: line, isOpenMetrics: isOpenMetrics)
    }

    private mutating func close() throws(ExpositionError) {
        guard let closed = open else { return }
        open = nil
        try closed.checkPoints()
        // The bare name too: two families never share it.
        for suffix in Set(closed.suffixes).union([""]) {
            let name = Array((closed.family.name + suffix).utf8)
            if let owner = claims[name] {
                throw ExpositionError(
                    .clashingNames,
                    line: closed.family.line,
                    "samples named \(String(decoding: name, as: UTF8.self).debugDescription) could also be of "
                        + "\(families[owner].name.debugDescription)"
                )
            }
            claims[name] = families.count
        }
        families.append(closed.family)
    }
}

extension ParsedFamily.Kind {
    /// The suffixes of the names of samples.
    ///
    /// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#suffixes
    func suffixes(isOpenMetrics: Bool) -> [String] {
        switch (self, isOpenMetrics) {
        case (.counter, true): ["_total", "_created"]
        case (.summary, true): ["", "_count", "_sum", "_created"]
        case (.histogram, true): ["_bucket", "_count", "_sum", "_created"]
        case (.gaugeHistogram, true): ["_bucket", "_gcount", "_gsum"]
        case (.info, true): ["_info"]
        case (.summary, false): ["", "_count", "_sum"]
        case (.histogram, false): ["_bucket", "_count", "_sum"]
        default: [""]
        }
    }
}
