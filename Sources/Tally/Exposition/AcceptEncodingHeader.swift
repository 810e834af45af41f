/// The codings that an Accept-Encoding header allows. Only gzip and identity matter here.
///
/// https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
struct AcceptEncodingHeader {
    private var gzip: Int?
    private var identity: Int?
    private var any: Int?

    /// - Parameter text: The header's value, with several headers joined by commas.
    init(_ text: String) {
        for choice in text.utf8.split(separator: UInt8(ascii: ",")) {
            let parts = choice.split(separator: UInt8(ascii: ";")).map { Substring($0).trimmingSpaces().lowercased() }
            var quality = 1000
            for parameter in parts.dropFirst() where parameter.utf8.starts(with: "q=".utf8) {
                // A malformed quality excludes the coding.
                quality = AcceptHeader.quality(Substring(parameter.utf8.dropFirst(2))) ?? 0
            }
            switch parts.first {
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, quality)
            case "identity": identity = quality
            case "*": any = quality
            default: break
            }
        }
    }

    /// True if gzip is allowed and preferred at least as much as no coding.
    var prefersGzip: Bool {
        let quality = gzip ?? any ?? 0
        return quality > 0 && quality >= identity ?? 0
    }
}
