import Flags

/// `NIOHost [PORT]`
@main
struct Main {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        let channel = try await NIOHost().start(port: port)
        announce("Serving at http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        try await channel.closeFuture.get()
    }
}
