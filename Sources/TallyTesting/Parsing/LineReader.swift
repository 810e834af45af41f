/// One line, read from left to right. Reads no byte past its end.
struct LineReader {
    let bytes: [UInt8]
    let range: Range<Int>
    let number: Int
    /// OpenMetrics: one space between words, none elsewhere.
    let isOpenMetrics: Bool
    let allowsQuotedNames: Bool
    private(set) var position: Int

    init(_ bytes: [UInt8], _ range: Range<Int>, number: Int, isOpenMetrics: Bool, allowsQuotedNames: Bool) {
        self.bytes = bytes
        self.range = range
        self.number = number
        self.isOpenMetrics = isOpenMetrics
        self.allowsQuotedNames = allowsQuotedNames
        position = range.lowerBound
    }

    var current: UInt8? { position < range.upperBound ? bytes[position] : nil }
    var isAtEnd: Bool { position >= range.upperBound }
    var isEOF: Bool { bytes[range].elementsEqual("# EOF".utf8) }

    func error(_ code: ExpositionError.Code, _ problem: String, at offset: Int? = nil) -> ExpositionError {
        ExpositionError(code, line: number, column: (offset ?? position) - range.lowerBound + 1, problem)
    }

    // MARK: Words

    mutating func advance() {
        position += 1
    }

    /// Skips blanks where the format lets them stand anywhere.
    mutating func skipBlanks() {
        guard !isOpenMetrics else { return }
        while let byte = current, byte.isBlank { advance() }
    }

    /// Takes what stands between two words: one space, or in Prometheus text any blanks. False if there is nothing.
    mutating func takeSeparator() -> Bool {
        guard let byte = current, byte == .space || !isOpenMetrics && byte.isBlank else { return false }
        advance()
        skipBlanks()
        return true
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        advance()
        return true
    }

    /// All up to the next blank or the end; empty if there is nothing.
    mutating func word() -> ArraySlice<UInt8> {
        let start = position
        while let byte = current, byte != .space, isOpenMetrics || byte != .tab { advance() }
        return bytes[start..<position]
    }

    mutating func rest() -> ArraySlice<UInt8> {
        defer { position = range.upperBound }
        return bytes[position..<range.upperBound]
    }

    // MARK: Names

    /// A name of ASCII letters, digits and underscores; nil if there is none here.
    mutating func legacyName(allowsColon: Bool) -> String? {
        let start = position
        func isAllowed(_ byte: UInt8) -> Bool { byte.isNameStart || allowsColon && byte == UInt8(ascii: ":") }
        guard let first = current, isAllowed(first) else { return nil }
        while let byte = current, isAllowed(byte) || byte.isDigit { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A family's name in a HELP, TYPE or UNIT line.
    mutating func familyName() throws(ExpositionError) -> String {
        let start = position
        let name = current == .quote ? try quotedText(names: .invalidMetricName) : legacyName(allowsColon: true)
        guard let name, !name.isEmpty, isAtEnd || current?.isBlank == true else {
            let problem = "is not a metric name, which is [a-zA-Z_:][a-zA-Z0-9_:]* or quoted"
            throw error(.invalidMetricName, problem, at: name?.isEmpty == true ? start : nil)
        }
        return name
    }

    /// A quoted text without its quotes and escapes, which are read here.
    ///
    /// - Parameter names: The error if the text is a name, and those may not be quoted; nil for a label's value.
    mutating func quotedText(names: ExpositionError.Code?) throws(ExpositionError) -> String {
        if let names, !allowsQuotedNames { throw error(names, "names in quotes are not allowed here") }
        let start = position
        advance()
        var text: [UInt8] = []
        while let byte = current {
            advance()
            switch byte {
            case .quote: return String(decoding: text, as: UTF8.self)
            case .backslash: text += try escaped(quote: true)
            default: text.append(byte)
            }
        }
        throw error(names ?? .invalidLabels, "the text in quotes does not end in its line", at: start)
    }

    /// Reads the byte after a backslash and returns the bytes that both stand for.
    private mutating func escaped(quote: Bool) throws(ExpositionError) -> [UInt8] {
        let start = position - 1
        switch current {
        case UInt8(ascii: "n"):
            advance()
            return [.lineFeed]
        case .backslash:
            advance()
            return [.backslash]
        case .quote where quote:
            advance()
            return [.quote]
        case .some where isOpenMetrics:
            // `escaped-char =/ BS normal-char`: it stands for both.
            return [.backslash]
        case .some:
            throw error(.invalidEscape, "the backslash escapes neither a backslash nor what must be escaped", at: start)
        case nil: throw error(.invalidEscape, "the line ends in a backslash", at: start)
        }
    }

    /// The text of a HELP line, up to its end.
    mutating func helpText() throws(ExpositionError) -> String {
        var text: [UInt8] = []
        while let byte = current {
            if byte == .quote, isOpenMetrics { throw error(.invalidEscape, "the quote is not escaped") }
            advance()
            if byte == .backslash {
                text += try escaped(quote: isOpenMetrics)
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
