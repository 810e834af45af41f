/// Reads one line from left to right, and never past its end.
struct LineReader {
    let bytes: [UInt8]
    let range: Range<Int>
    let number: Int
    /// True for OpenMetrics, which has one space between words and none elsewhere.
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

    /// Skips blanks in Prometheus text, which allows them between any two tokens.
    mutating func skipBlanks() {
        guard !isOpenMetrics else { return }
        while let byte = current, byte.isBlank { advance() }
    }

    /// Takes the separator of two words: one space, or any blanks in Prometheus text. Returns false if there is none.
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

    /// Reads up to the next blank or the end of the line; possibly nothing.
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

    /// Reads a name of ASCII letters, digits and underscores; nil if there is none here.
    mutating func legacyName(allowsColon: Bool) -> String? {
        let start = position
        func isAllowed(_ byte: UInt8) -> Bool { byte.isNameStart || allowsColon && byte == UInt8(ascii: ":") }
        guard let first = current, isAllowed(first) else { return nil }
        while let byte = current, isAllowed(byte) || byte.isDigit { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads a family's name in a HELP, TYPE or UNIT line.
    mutating func familyName() throws(ExpositionError) -> String {
        let start = position
        let name = current == .quote ? try quotedText(names: .invalidMetricName) : legacyName(allowsColon: true)
        guard let name, !name.isEmpty, isAtEnd || current?.isBlank == true else {
            let problem = "expected a metric name: [a-zA-Z_:][a-zA-Z0-9_:]* or quoted"
            throw error(.invalidMetricName, problem, at: name?.isEmpty == true ? start : nil)
        }
        return name
    }

    /// Reads a quoted text and returns it without its quotes and escapes.
    ///
    /// - Parameter names: For a name, the error to throw if names must not be quoted; nil for a label's value.
    mutating func quotedText(names: ExpositionError.Code?) throws(ExpositionError) -> String {
        if let names, !allowsQuotedNames { throw error(names, "quoted names are not allowed here") }
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
        throw error(names ?? .invalidLabels, "the closing quote is missing", at: start)
    }

    /// Reads the byte after a backslash and returns the bytes that the two represent.
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
            // `escaped-char =/ BS normal-char`: the backslash represents itself.
            return [.backslash]
        case .some:
            let problem = "a backslash may precede only a backslash\(quote ? ", a quote" : "") or n"
            throw error(.invalidEscape, problem, at: start)
        case nil: throw error(.invalidEscape, "the line ends in a backslash", at: start)
        }
    }

    /// Reads the text of a HELP line, up to the line's end.
    mutating func helpText() throws(ExpositionError) -> String {
        var text: [UInt8] = []
        while let byte = current {
            if byte == .quote, isOpenMetrics { throw error(.invalidEscape, "a quote must be escaped") }
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
