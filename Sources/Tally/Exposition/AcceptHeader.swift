/// A media type that an Accept header can select.
package struct MediaType: Sendable {
    let type: String
    let subtype: String
    let parameters: [String: String]

    /// Creates a media type. The names must be lowercase.
    package init(_ type: String, _ subtype: String, parameters: [String: String] = [:]) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }
}

/// The media ranges of an Accept header. Malformed ones are ignored.
///
/// https://www.rfc-editor.org/rfc/rfc9110#name-accept
package struct AcceptHeader {
    private let ranges: [MediaRange]

    /// - Parameter text: The header's value, with several headers joined by commas.
    package init(_ text: String) {
        ranges = Self.split(Substring(text), at: UInt8(ascii: ",")).compactMap(MediaRange.init)
    }

    /// Returns the choice with the highest quality, the first among equals, or nil if none is acceptable.
    package func choice<Choice>(among choices: [Choice], by mediaType: (Choice) -> MediaType) -> Choice? {
        var best: (choice: Choice?, quality: Int) = (nil, 0)
        for choice in choices {
            let quality = quality(of: mediaType(choice))
            if quality > best.quality { best = (choice, quality) }
        }
        return best.choice
    }

    /// The parameter `escaping` of the media range that applies to a media type.
    func escaping(for media: MediaType) -> String? { best(for: media)?.escaping }

    private func quality(of media: MediaType) -> Int { best(for: media)?.quality ?? 0 }

    /// The most specific media range for a media type, and among equals the one with the highest quality.
    private func best(for media: MediaType) -> MediaRange? {
        var best: (specificity: Int, range: MediaRange)?
        for range in ranges {
            guard let specificity = range.specificity(for: media) else { continue }
            guard let (other, present) = best, (specificity, range.quality) <= (other, present.quality) else {
                best = (specificity, range)
                continue
            }
        }
        return best?.range
    }

    private struct MediaRange {
        var type: String
        var subtype: String
        var escaping: String?
        /// The parameters other than the escaping, quality and character set.
        var parameters: [String: String] = [:]
        /// The quality in thousandths, because the header allows at most three digits.
        var quality = 1000

        init?(_ text: Substring) {
            var parts = split(text, at: UInt8(ascii: ";")).makeIterator()
            guard let range = parts.next(), let slash = range.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            type = range[..<slash].lowercased()
            subtype = range[range.utf8.index(after: slash)...].lowercased()
            guard !type.isEmpty, !subtype.isEmpty, type != "*" || subtype == "*" else { return nil }
            while let parameter = parts.next() {
                guard let equals = parameter.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let name = parameter[..<equals].trimmingSpaces().lowercased()
                var value = parameter[parameter.utf8.index(after: equals)...].trimmingSpaces()
                let quote = UInt8(ascii: "\"")
                if value.utf8.count >= 2, value.utf8.first == quote, value.utf8.last == quote {
                    value = Substring(value.utf8.dropFirst().dropLast())
                }
                switch name {
                case "q":
                    guard let quality = AcceptHeader.quality(value) else { return nil }
                    self.quality = quality
                case "escaping": escaping = String(value)
                case "charset": break
                default: parameters[name] = String(value)
                }
            }
        }

        /// The specificity with which the range matches a media type, or nil if it does not match.
        func specificity(for media: MediaType) -> Int? {
            if type == "*" { return 0 }
            guard type == media.type else { return nil }
            if subtype == "*" { return 1 }
            guard subtype == media.subtype, parameters.allSatisfy({ media.parameters[$0.key] == $0.value }) else {
                return nil
            }
            return 2 + parameters.count
        }
    }

    /// Parses a quality such as `0`, `0.5` or `1.000` in thousandths. Returns nil for any other text.
    static func quality(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") else { return nil }
        var thousandths = first == UInt8(ascii: "1") ? 1000 : 0
        guard bytes.count > 1 else { return thousandths }
        guard bytes[1] == UInt8(ascii: "."), bytes.count <= 5 else { return nil }
        var unit = 100
        for byte in bytes[2...] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            thousandths += Int(byte - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return thousandths <= 1000 ? thousandths : nil
    }

    /// Splits text outside of quotes, and trims the parts. By bytes, because a mark beside a separator may form one
    /// character with it.
    private static func split(_ text: Substring, at separator: UInt8) -> [Substring] {
        var isQuoted = false
        var isEscaped = false
        return text.utf8.split { byte in
            if isEscaped {
                isEscaped = false
            } else if isQuoted && byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else {
                return byte == separator && !isQuoted
            }
            return false
        }.map { Substring($0).trimmingSpaces() }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var text = utf8.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return Substring(text)
    }
}
