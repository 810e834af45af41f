/// A request method as a label: one that a standard defines, or `_OTHER`, so that clients cannot create series.
///
/// https://www.rfc-editor.org/rfc/rfc9110#name-methods, https://www.rfc-editor.org/rfc/rfc5789 (`PATCH`),
/// https://datatracker.ietf.org/doc/draft-ietf-httpbis-safe-method-w-body/ (`QUERY`)
enum RequestMethod: String, LabelValue, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case head = "HEAD"
    case options = "OPTIONS"
    case patch = "PATCH"
    case query = "QUERY"
    case connect = "CONNECT"
    case trace = "TRACE"
    case other = "_OTHER"

    /// The method of a name, which is case-sensitive.
    init(_ name: String) {
        self = Self.word(of: name).flatMap { word in Self.words.first { $0.word == word }?.method } ?? .other
    }

    private static let words: [(word: UInt64, method: Self)] = allCases.compactMap { method in
        method == .other ? nil : word(of: method.rawValue).map { ($0, method) }
    }

    /// The bytes of a name of at most seven bytes, after a bit that encodes the length. Comparing strings would take
    /// several times longer.
    private static func word(of name: String) -> UInt64? {
        var word: UInt64 = 1
        for byte in name.utf8 {
            guard word < 1 << 56 else { return nil }
            word = word << 8 | UInt64(byte)
        }
        return word
    }
}
