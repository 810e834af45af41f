import Foundation
import HostsTestSupport
import RelayCore

/// The relay in a process of its own, with a port for connections and one for metrics.
final class RelayProgram: Sendable {
    private let program: Program
    let port: Int
    let metricsPort: Int

    /// - Parameter openFiles: The most files and sockets that the process may open.
    init(_ arguments: [String] = [], openFiles: Int = 1_024) async throws {
        let limit = ["-c", "ulimit -n \(openFiles); exec \"$0\" \"$@\"", Program.built("frame-relay").path]
        program = try Program(
            try Program.require("sh"),
            limit + ["--port", "0", "--metrics-port", "0"] + arguments
        )
        var ports: [String: Int] = [:]
        while ports.count < 2 {
            let line = try await program.line(containing: " at ")
            let port = line.split(separator: " ").last.flatMap { URL(string: String($0))?.port }
            if let port, let what = line.split(separator: " ").first { ports[String(what)] = port }
        }
        port = ports["Connections"] ?? 0
        metricsPort = ports["Metrics"] ?? 0
    }

    /// The value of a series, such as `relay_connections`.
    func metric(_ series: String) async throws -> Double? {
        let text = try await HTTPAnswer.of("GET", "http://127.0.0.1:\(metricsPort)/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(series) ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    /// Waits until a series has a value. The test's time limit ends a wait in vain.
    func waitUntil(_ series: String, is value: Double) async throws {
        try await eventually { try await metric(series) == value }
    }

    func refusals(_ reason: String) async throws -> Double? {
        try await metric("relay_refusals_total{reason=\"\(reason)\"}")
    }

    func stop() -> Int32 { program.stop() }
}

/// A phone or binary, over a real socket.
struct RelayClient {
    let socket: RawConnection
    private var received: [UInt8] = []

    init(_ relay: RelayProgram) throws {
        socket = try RawConnection(port: relay.port)
    }

    /// Connects, and says hello. Returns with the relay's answer.
    static func connected(to relay: RelayProgram, _ side: Greeting.Side, _ name: String)
        async throws -> (Self, UInt32)
    {
        var client = try Self(relay)
        try client.send(Greeting(side, name).envelope)
        let answer = try await client.receive()
        guard answer?.kind == .welcome else { throw Program.Failed(description: "\(String(describing: answer))") }
        return (client, answer?.connection ?? 0)
    }

    func send(_ envelope: Envelope) throws { try send(payload: envelope.bytes) }

    /// Sends any bytes behind their length.
    func send(payload: [UInt8]) throws {
        try socket.send(bytes: (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (24 - 8 * $0)) } + payload)
    }

    /// The next envelope; nil if the relay has closed the connection.
    mutating func receive() async throws -> Envelope? {
        while true {
            let length = received.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            if received.count >= 4, received.count >= 4 + length {
                defer { received.removeFirst(4 + length) }
                return try Envelope(bytes: Array(received[4..<4 + length]))
            }
            let more = try await socket.receive()
            guard !more.isEmpty else { return nil }
            received += more
        }
    }
}
