/// The query of a request, such as `minutes=120&every=60`: the length of the history, and the seconds of a point.
struct HistoryQuery {
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    private(set) var minutes = 120
    private(set) var every = 60

    init(_ query: String?) throws(Mistake) {
        for item in (query ?? "").split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1)
            let value = parts.count == 2 ? Int(parts[1]) : nil
            switch (parts.first, value) {
            case ("minutes", .some(let value)) where (1...44_640).contains(value): minutes = value
            case ("every", .some(let value)) where (1...86_400).contains(value): every = value
            default: throw Mistake(description: "the query is minutes=1 to 44640 and every=1 to 86400 seconds")
            }
        }
    }
}
