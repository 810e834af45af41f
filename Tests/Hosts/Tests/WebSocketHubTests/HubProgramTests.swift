import Foundation
import HostsTestSupport
import Testing

@testable import websocket_hub

/// The hub in a process of its own.
@Suite(.timeLimit(.minutes(10)))
struct HubProgramTests {
    private struct Running {
        let program: Program
        let hub: String
        let metrics: String

        init(_ arguments: [String] = []) async throws {
            program = try Program(Program.built("websocket-hub"), ["--port", "0", "--metrics-port", "0"] + arguments)
            var addresses: [String: String] = [:]
            for await line in program.lines {
                let words = line.split(separator: " ").map { String($0) }
                if words.count == 3 { addresses[words[0]] = words[2] }
                if addresses.count == 2 { break }
            }
            hub = try #require(addresses["Serving"])
            metrics = try #require(addresses["Metrics"])
        }

        /// Connects a client, and waits until the hub has it, which is after the answer to its handshake.
        func connect() async throws -> SocketClient {
            let client = try await SocketClient(hub)
            try await client.send(.ping)
            #expect(await client.nextText() == "pong")
            return client
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalSaysGoingAwayAndEndsTheProgram(_ signal: Int32) async throws {
        let running = try await Running()
        let (polite, mute) = (try await running.connect(), try await running.connect())
        try await polite.send("hello")
        #expect(await mute.nextText() == "hello")
        let start = ContinuousClock.now
        let program = running.program
        async let status = onThread { program.stop(signal) }
        #expect(await polite.closeCode() == .goingAway)
        try await polite.sendClose(1001)
        // The mute client does not answer its close frame.
        #expect(await mute.closeCode() == .goingAway)
        #expect(try await status == 0)
        print("ended \(start.duration(to: .now)) after signal \(signal), with a client that did not answer")
    }

    @Test(.needs("prometheus"))
    func prometheusReadsTheSecondPort() async throws {
        let running = try await Running()
        let clients = [try await running.connect(), try await running.connect()]
        for _ in 0..<5 {
            try await clients[0].send("hello")
            #expect(await clients[1].nextText() == "hello")
        }
        try await clients[0].leave()
        // The hub drops clients that are silent for long.
        let alive = Task {
            while true {
                try await clients[1].send(.pong)
                try await Task.sleep(for: .seconds(5))
            }
        }
        defer { alive.cancel() }
        let prometheus = try await Prometheus(scraping: try #require(URL(string: running.metrics)?.port))
        for (name, value) in [
            "messages_total": 5.0, "connections_total": 2, "disconnections_total": 1, "connected_clients": 1,
        ] {
            #expect(try await prometheus.value(of: "websocket_" + name) { $0 == value } == value, "\(name)")
        }
        #expect(running.program.stop() == 0)
    }

    @Test(.needs("openssl"))
    func settingsInYAMLSwitchTLSOn() async throws {
        let folder = try TemporaryFolder()
        let (key, certificate) = (folder.url.appending(path: "key").path, folder.url.appending(path: "pem").path)
        _ = try await Program.output(
            of: "openssl",
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=hub"]
        )
        let file = folder.url.appending(path: "hub.yaml")
        try Data("certificate: \(certificate)\nkey: \(key)\n".utf8).write(to: file)
        let running = try await Running(["--config", file.path])
        #expect(running.hub.hasPrefix("wss://"))
        let client = try await running.connect()
        try await client.send("hidden")
        #expect(await client.nextText() == "hidden")
        await #expect(throws: (any Error).self) {
            try await SocketClient(running.hub.replacing("wss://", with: "ws://"))
        }
        #expect(running.program.stop() == 0)
    }

    @Test func aMistakeIsAUsageError() async throws {
        let program = Program.built("websocket-hub")
        let outcome = try await onThread { try Program.run(program, ["--port", "many"]) }
        #expect(outcome.status == 64)
        #expect(outcome.errorText == "websocket-hub: port must be 0 to 65535, not many\n")
    }
}
