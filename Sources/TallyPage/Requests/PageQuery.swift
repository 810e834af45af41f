internal import Tally

/// The query of a request. Unknown and malformed parts are ignored.
struct PageQuery: Sendable {
    /// The words of the search, in lower case. The page shows series that contain all of them.
    var words: [[UInt8]] = []
    var range = HistoryRange.minute
    /// The index of the newest point of the history that the browser already has.
    var after: Int?
    var wantsPlots = false

    /// The maximum length of a search. The page ignores the rest.
    private static let maxSearchBytes = 256

    init(_ text: String) {
        for field in text.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? ScrapeRequest.decoded(parts[1]) : ""
            switch ScrapeRequest.decoded(parts[0]) {
            case "q":
                words = value.utf8.prefix(Self.maxSearchBytes).map(ASCII.lowercased)
                    .split(separator: UInt8(ascii: " ")).map(Array.init)
            case "range": range = HistoryRange.allCases.first { $0.name == value } ?? range
            case "after": after = Int(value)
            case "plots": wantsPlots = true
            default: break
            }
        }
    }

    /// Returns true if the texts together contain each word.
    func matches(_ texts: [UInt8]...) -> Bool {
        words.allSatisfy { word in texts.contains { ASCII.contains($0, word) } }
    }
}

enum ASCII {
    static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// Returns true if a text contains a word, which must be in lower case.
    static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { start in
            lowercased(text[start]) == first
                && word.indices.dropFirst().allSatisfy { lowercased(text[start + $0]) == word[$0] }
        }
    }
}
