extension LineReader {
    /// Reads a line of OpenMetrics other than `# EOF`.
    mutating func readOpenMetrics(into builder: inout FamilyBuilder) throws(ExpositionError) {
        guard !isAtEnd else { throw error(.unexpectedLine, "OpenMetrics has no blank lines") }
        guard current == .hash else { return try builder.add(try sample()) }
        advance()
        guard take(.space) else { throw error(.unexpectedLine, "OpenMetrics has no comments") }
        switch String(decoding: word(), as: UTF8.self) {
        case "HELP":
            let name = try metadataName()
            try builder.add(.help(try helpText()), to: name, line: number)
        case "TYPE":
            let name = try metadataName()
            try builder.add(.kind(try kind(rest())), to: name, line: number)
        case "UNIT":
            let name = try metadataName()
            let start = position
            let unit = rest()
            guard unit.allSatisfy({ $0.isNameStart || $0.isDigit || $0 == UInt8(ascii: ":") }) else {
                let problem = "the unit \(unit.quoted) may contain only the characters of a metric name"
                throw error(.invalidUnit, problem, at: start)
            }
            try builder.add(.unit(String(decoding: unit, as: UTF8.self)), to: name, line: number)
        default: throw error(.unexpectedLine, "a # must begin a HELP, TYPE, UNIT or EOF line", at: range.lowerBound)
        }
    }

    /// Reads the name in a HELP, TYPE or UNIT line of OpenMetrics, and the spaces around it.
    private mutating func metadataName() throws(ExpositionError) -> String {
        guard take(.space) else { throw error(.invalidMetadata, "the line has no name") }
        let name = try familyName()
        guard take(.space) else { throw error(.invalidMetadata, "the line must not end after its name") }
        return name
    }

    mutating func readPrometheusText(into builder: inout FamilyBuilder) throws(ExpositionError) {
        skipBlanks()
        guard !isAtEnd else { return }
        guard current == .hash else { return try builder.add(try sample()) }
        advance()
        skipBlanks()
        let start = position
        switch String(decoding: word(), as: UTF8.self) {
        case "HELP":
            skipBlanks()
            guard !isAtEnd else { throw error(.invalidMetadata, "the HELP line has no name") }
            let name = try familyName()
            skipBlanks()
            try builder.add(.help(try helpText()), to: name, line: number)
        case "TYPE":
            skipBlanks()
            guard !isAtEnd else { throw error(.invalidMetadata, "the TYPE line has no name") }
            let name = try familyName()
            skipBlanks()
            guard !isAtEnd else { throw error(.invalidMetadata, "the TYPE line has no type") }
            let kind = try kind(word())
            skipBlanks()
            guard isAtEnd else { throw error(.invalidMetadata, "nothing may follow the type", at: start) }
            try builder.add(.kind(kind), to: name, line: number)
        // Any other line that begins with # is a comment.
        default: return
        }
    }

    private func kind(_ word: ArraySlice<UInt8>) throws(ExpositionError) -> ParsedFamily.Kind {
        let text = String(decoding: word, as: UTF8.self)
        let kind: ParsedFamily.Kind? =
            if isOpenMetrics {
                ParsedFamily.Kind(rawValue: text)
            } else {
                switch text {
                case "untyped": .unknown
                case "counter", "gauge", "histogram", "summary": ParsedFamily.Kind(rawValue: text)
                default: nil
                }
            }
        guard let kind else {
            throw error(.unknownType, "the format has no type \(text.debugDescription)", at: word.startIndex)
        }
        return kind
    }
}
