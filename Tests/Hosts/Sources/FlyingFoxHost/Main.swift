import Flags

/// `FlyingFoxHost [PORT]`
@main
struct Main {
    static func main() async throws {
        let server = try await FlyingFoxHost().server(
            port: CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 0
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await server.waitUntilListening()
            if case .ip4(_, let port) = await server.listeningAddress {
                announce("Serving at http://127.0.0.1:\(port)")
            }
            try await group.waitForAll()
        }
    }
}
