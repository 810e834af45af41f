import Flags

/// `GRPCHost [PORT]`
@main
struct Main {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        try await GRPCHost().run(port: port) { port, metrics in
            announce("Metrics at http://127.0.0.1:\(metrics)/metrics")
            announce("Serving at http://127.0.0.1:\(port)")
        }
    }
}
