/// Groups lines into families, and checks the rules that concern more than one line.
struct FamilyBuilder {
    private let isOpenMetrics: Bool
    private var families: [ParsedFamily] = []
    /// The index in `families` of the family that each sample name belongs to.
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
                let suffixes = open.suffixes.joined(separator: " or ")
                throw ExpositionError(
                    .wrongSuffix,
                    line: sample.line,
                    "the samples of a \(open.family.kind.rawValue) must end in \(suffixes)"
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
                "\(name.debugDescription) belongs to the family \(family.name.debugDescription) in line "
                + "\(family.line), but the lines of a family must be contiguous"
            throw ExpositionError(code, line: line, problem)
        }
        open = OpenFamily(name, line: line, isOpenMetrics: isOpenMetrics)
    }

    private mutating func close() throws(ExpositionError) {
        guard let closed = open else { return }
        open = nil
        try closed.checkPoints()
        // Includes the bare name, which no two families may share.
        for suffix in Set(closed.suffixes).union([""]) {
            let name = Array((closed.family.name + suffix).utf8)
            if let owner = claims[name] {
                throw ExpositionError(
                    .clashingNames,
                    line: closed.family.line,
                    "samples named \(String(decoding: name, as: UTF8.self).debugDescription) could also belong to "
                        + "the family \(families[owner].name.debugDescription)"
                )
            }
            claims[name] = families.count
        }
        families.append(closed.family)
    }
}

extension ParsedFamily.Kind {
    /// The suffixes that the names of this type's samples may have.
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
