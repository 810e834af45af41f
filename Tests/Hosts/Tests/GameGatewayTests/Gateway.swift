import Foundation
import HostsTestSupport

/// A gateway in a process of its own, with a port for players and one for metrics.
final class Gateway: Sendable {
    private let program: Program
    let port: Int
    let metricsPort: Int

    /// - Parameters:
    ///   - accounts: The file of the accounts.
    ///   - key: The secret that gateways share.
    ///   - openFiles: The most files and sockets that the process may open.
    init(accounts: URL, key: String? = nil, openFiles: Int = 1_024, _ arguments: [String] = []) async throws {
        let options = ["--port", "0", "--metrics-port", "0", "--accounts", accounts.path] + arguments
        let gateway = Program.built("game-gateway").path
        let environment = ["-u", "ACTIVE_USERS_KEY"] + (key.map { ["ACTIVE_USERS_KEY=\($0)"] } ?? [])
        program = try Program(
            try Program.require("env"),
            environment + ["sh", "-c", "ulimit -n \(openFiles); exec \"$0\" \"$@\"", gateway] + options
        )
        var ports: [String: Int] = [:]
        while ports.count < 2 {
            let line = try await program.line(containing: " at ")
            let port = line.split(separator: " ").last.flatMap { URL(string: String($0))?.port }
            if let port, let what = line.split(separator: " ").first { ports[String(what)] = port }
        }
        port = ports["Players"] ?? 0
        metricsPort = ports["Metrics"] ?? 0
    }

    /// The value of a series, such as `active_users{window="24h"}`.
    func metric(_ series: String) async throws -> Double? {
        let text = try await get("/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(series) ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    func refusals(_ reason: String) async throws -> Double? {
        try await metric("gateway_refusals_total{reason=\"\(reason)\"}")
    }

    /// The distinct people of the last day and of the last week.
    func activeUsers() async throws -> [Double?] {
        [try await metric("active_users{window=\"24h\"}"), try await metric("active_users{window=\"7d\"}")]
    }

    func get(_ path: String) async throws -> HTTPAnswer {
        try await HTTPAnswer.of("GET", "http://127.0.0.1:\(metricsPort)\(path)")
    }

    func stop() -> Int32 { program.stop() }
}

/// A player, over a real socket.
struct PlayerClient {
    let socket: RawConnection
    private var received = ""

    init(_ gateway: Gateway) throws {
        socket = try RawConnection(port: gateway.port)
    }

    /// Sends a command, and returns the next line.
    mutating func ask(_ line: String) async throws -> String? {
        try socket.send("\(line)\n")
        return try await self.line()
    }

    /// Registers an account, and returns its token.
    mutating func register(_ name: String, _ kind: String = "member") async throws -> String {
        let answer = try await ask("REGISTER \(name) \(kind)") ?? ""
        guard answer.hasPrefix("OK ") else { throw Program.Failed(description: answer) }
        return String(answer.dropFirst(3))
    }

    /// The next line; nil if the gateway has closed the connection.
    mutating func line() async throws -> String? {
        while true {
            if let end = received.firstIndex(of: "\n") {
                defer { received = String(received[received.index(after: end)...]) }
                return String(received[..<end])
            }
            let more = try await socket.receive()
            guard !more.isEmpty else { return nil }
            received += String(decoding: more, as: UTF8.self)
        }
    }
}
