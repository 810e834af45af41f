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
        ranges = Self.split(text, at: ",").compactMap(MediaRange.init)
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
            var parts = split(text, at: ";").makeIterator()
            guard let range = parts.next(), let slash = range.firstIndex(of: "/") else { return nil }
            type = range[..<slash].lowercased()
            subtype = range[range.index(after: slash)...].lowercased()
            guard !type.isEmpty, !subtype.isEmpty, type != "*" || subtype == "*" else { return nil }
            while let parameter = parts.next() {
                guard let equals = parameter.firstIndex(of: "=") else { continue }
                let name = parameter[..<equals].trimmingSpaces().lowercased()
                var value = parameter[parameter.index(after: equals)...].trimmingSpaces()
                if value.count >= 2, value.first == "\"", value.last == "\"" {
                    value = value.dropFirst().dropLast()
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

    /// Splits text outside of quotes, and trims the parts.
    private static func split<Text: StringProtocol>(_ text: Text, at separator: Character) -> [Substring]
    where Text.SubSequence == Substring {
        var isQuoted = false
        var isEscaped = false
        return text.split(omittingEmptySubsequences: true) { character in
            if isEscaped {
                isEscaped = false
            } else if isQuoted && character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else {
                return character == separator && !isQuoted
            }
            return false
        }.map { $0.trimmingSpaces() }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
