extension ExpositionFormat {
    /// The format that an Accept header asks for.
    ///
    /// Quality values order the choices, `q=0` excludes one, the most specific range that matches a format decides for
    /// it, and a version that does not exist matches nothing. Prometheus text also answers an absent, malformed or
    /// unsatisfiable header: a scraper can use it, and an error it can not.
    ///
    /// https://www.rfc-editor.org/rfc/rfc9110#name-accept
    ///
    /// - Parameter accept: The header's value; several headers joined by commas.
    public static func negotiated(accept: String?) -> ExpositionFormat {
        guard let accept else { return .prometheusText }
        let ranges = split(accept, at: ",").compactMap(MediaRange.init)
        var best: (format: ExpositionFormat, quality: Int) = (.prometheusText, 0)
        // In order of preference, so that an equal quality keeps the earlier one.
        for format in [ExpositionFormat.prometheusText, .json] {
            let quality = format.quality(in: ranges)
            if quality > best.quality { best = (format, quality) }
        }
        return best.format
    }

    private func quality(in ranges: [MediaRange]) -> Int {
        var best: (specificity: Int, quality: Int) = (-1, 0)
        for range in ranges {
            guard let specificity = range.specificity(for: self) else { continue }
            if specificity > best.specificity || (specificity == best.specificity && range.quality > best.quality) {
                best = (specificity, range.quality)
            }
        }
        return best.quality
    }

    private var mediaType: (type: String, subtype: String, version: String?) {
        switch kind {
        case .prometheusText: ("text", "plain", "0.0.4")
        case .json: ("application", "json", nil)
        }
    }

    /// One choice of an Accept header.
    private struct MediaRange {
        var type: String
        var subtype: String
        var version: String?
        /// Whether there are parameters that say something other than the version or the character set.
        var hasOtherParameters = false
        /// In thousandths, as the header has at most three digits.
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
                    guard let quality = Self.quality(value) else { return nil }
                    self.quality = quality
                case "version": version = String(value)
                case "charset", "escaping": break
                default: hasOtherParameters = true
                }
            }
        }

        /// `0`, `0.5`, `1.000`: nil for anything else, which makes the choice malformed.
        private static func quality(_ text: Substring) -> Int? {
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

        /// How specifically the choice names a format, or nil if it does not.
        func specificity(for format: ExpositionFormat) -> Int? {
            let media = format.mediaType
            if type == "*" { return 0 }
            guard type == media.type else { return nil }
            if subtype == "*" { return 1 }
            guard subtype == media.subtype, !hasOtherParameters else { return nil }
            guard let version else { return 2 }
            return version == media.version ? 3 : nil
        }
    }

    /// Splits outside of quotes, and trims.
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
    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
