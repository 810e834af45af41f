/// The command line of `tally-demo`.
struct DemoOptions {
    /// The port to serve on; nil to print and exit.
    var port: Int?
    /// The duration of the run in seconds, if neither a port nor a number of rounds is given.
    var seconds = 3
    /// The file for the machine's history; nil for memory.
    var history: String?
    /// A text to print instead of a run.
    var printed: String?
    /// The number of rounds; nil for as many as fit into `seconds`.
    var rounds: Int?

    static let usage = """
        usage: tally-demo [--seconds N] [--rounds N] [--port N [--history FILE]] | --dashboard | --rules
          --seconds N  run for N seconds, then print the exposition (1 to 3600; default 3)
          --rounds N   simulate exactly N requests
          --port N     serve metrics and health on this port of the loopback address until Ctrl-C (0: any free one);
                       needs the trait Listener: swift run --traits Listener tally-demo --port 9464
          --history F  keep the resource use of the machine and its containers in this SQLite file, for /history;
                       needs the traits Listener,SQLite (and Docker for containers)
          --dashboard  print a Grafana dashboard (JSON) of these metrics, and exit
          --rules      print recording and alerting rules for Prometheus (YAML), and exit
        """

    struct Mistake: Error {
        let description: String
    }

    init(_ arguments: some Sequence<String>) throws(Mistake) {
        var iterator = arguments.makeIterator()
        while let option = iterator.next() {
            switch option {
            case "--port": port = try Self.number(after: option, iterator.next(), in: 0...65_535)
            case "--history":
                guard let file = iterator.next() else { throw Mistake(description: "--history needs a file") }
                history = file
            case "--dashboard": printed = Dashboard.json
            case "--rules": printed = Rules.yaml
            case "--seconds": seconds = try Self.number(after: option, iterator.next(), in: 1...3600)
            case "--rounds": rounds = try Self.number(after: option, iterator.next(), in: 1...1_000_000_000)
            default: throw Mistake(description: "unknown option \(option)")
            }
        }
    }

    private static func number(
        after option: String,
        _ text: String?,
        in range: ClosedRange<Int>
    ) throws(Mistake) -> Int {
        guard let text, let value = Int(text), range.contains(value) else {
            throw Mistake(description: "\(option) needs a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
