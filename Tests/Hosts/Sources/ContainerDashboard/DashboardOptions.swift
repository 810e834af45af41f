/// `container-dashboard [--name value]…`
struct DashboardOptions: Equatable {
    var port = 8081
    /// The SQLite file with the host's own tables.
    var database = "host.sqlite"
    /// The SQLite file of the samples.
    var history = "history.sqlite"
    /// The engine's socket; nil for the usual places.
    var engine: String?

    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: some Sequence<String>) throws(Mistake) {
        var iterator = arguments.makeIterator()
        while let flag = iterator.next() {
            guard let value = iterator.next() else { throw Mistake(description: "\(flag) needs a value") }
            switch flag {
            case "--port":
                guard let number = UInt16(value) else { throw Mistake(description: "\(value) is no port") }
                port = Int(number)
            case "--database": database = value
            case "--history": history = value
            case "--engine": engine = value
            default: throw Mistake(description: "there is no option \(flag)")
            }
        }
    }
}
