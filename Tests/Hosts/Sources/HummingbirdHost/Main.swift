import Flags
import Tally

/// `HummingbirdHost [PORT]`
@main
struct Main {
    static func main() async throws {
        let host = HummingbirdHost()
        ProcessMetrics.register(in: host.registry)
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        try await host.services(port: port, signals: [.sigterm, .sigint]) { port in
            announce("Serving at http://127.0.0.1:\(port)")
        }.run()
    }
}
