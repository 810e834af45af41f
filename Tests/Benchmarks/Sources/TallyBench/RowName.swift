/// The names of the rows that have a counterpart.
enum RowName {
    static let increment = "increment, unlabelled"
    static let incrementChild = "increment, bound child"
    static let incrementByAmount = "increment by an amount"
    static let lookupByEnum = "lookup by an enum, and increment"
    static let lookupByEnums = "lookup by a struct of enums, and increment"
    static let lookupByString = "lookup by a struct with a String, and increment"
    static let set = "set a gauge"
    static let observe = "observe a number, 11 buckets"
    static let time = "time { } of nothing"
    static let register100k = "register one of 100,000 series"
    static let register1M = "register one of 1 M series"
    static let text1k = "text of 1,000 series"
    static let text100k = "text of 100,000 counters, streamed"
    static let text1M = "text of 1 M counters, streamed"

    static func plain(threads: Int) -> String { "plain counter, \(atOnce(threads))" }
    static func contended(threads: Int) -> String { "contended counter, \(atOnce(threads))" }
    static func neighbours(threads: Int) -> String { "bound neighbours, \(atOnce(threads))" }
    static func observe(threads: Int) -> String { "observe on one histogram, \(atOnce(threads))" }
    static func observeNative(threads: Int) -> String { "observe on one native histogram, \(atOnce(threads))" }

    /// A row of `Verbs`.
    static func verb(_ name: String, threads: Int) -> String {
        "\(name), \(threads) thread\(threads == 1 ? "" : "s")"
    }

    static func atOnce(_ threads: Int) -> String {
        threads == 1 ? "1 thread" : "\(threads) threads at once"
    }
}
