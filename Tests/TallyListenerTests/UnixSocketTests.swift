#if Listener
import Foundation
import Synchronization
import Tally
import TallyListener
import TallyTestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct UnixSocketTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.url.appending(path: "m.sock").path
    }

    private func listener(_ path: String? = nil, permissions: Int = 0o600) -> MetricsListener {
        MetricsListener(registry: registry(), addresses: [.unix(path: path ?? self.path, permissions: permissions)])
    }

    private func mode() throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// A socket of a program that was killed: bound, and closed without removing its file.
    private func leaveSocket(listening: Bool = false) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        if listening { try #require(listen(descriptor, 1) == 0) }
        return descriptor
    }

    @Test func aSocketServesMetricsToAnyHostAndIsRemovedAtTheEnd() async throws {
        try await listener().serving { address in
            #expect(address.socketPath == path)
            #expect(address.description == path)
            #expect(address.host.isEmpty)
            #expect(address.port == 0)
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics").text.contains("requests_total 3"))
            try await client.send("GET /metrics HTTP/1.1\r\nHost: anything.example\r\n\r\n")
            #expect(try await client.response().status == 200)
        }
        #expect(!exists)
    }

    @Test(arguments: [0o600, 0o660, 0o666, 0o777, 0o200])
    func theFileHasThePermissions(permissions: Int) async throws {
        try await listener(permissions: permissions).serving { _ in
            let mode = try mode()
            #expect(mode == permissions)
        }
    }

    @Test(.enabled(if: Program.find("curl") != nil || Program.isRequired, "curl is not installed"))
    func curlReadsASocket() async throws {
        try await listener().serving { _ in
            let outcome = try await onThread { [path] in
                try Program.run(
                    Program.require("curl"),
                    ["--silent", "--fail", "--unix-socket", path, "http://localhost/metrics"]
                )
            }
            #expect(outcome.status == 0)
            #expect(outcome.text.contains("requests_total 3"))
        }
    }

    @Test func anAbandonedSocketIsReplaced() async throws {
        close(try leaveSocket())
        #expect(exists)
        try await listener().serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics").status == 200)
        }
        #expect(!exists)
    }

    @Test func aSocketOnWhichSomebodyListensIsKept() async throws {
        try await listener().serving { address in
            let error = try await failure(of: listener())
            #expect(error.code == .addressInUse)
            #expect(error.message.contains("at \(path); stop it, or choose another path"))
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics").status == 200)
        }
    }

    @Test func aSocketWithAFullQueueIsKept() async throws {
        let other = try leaveSocket(listening: true)
        defer { close(other) }
        var waiting: [RawClient] = []
        // The queue takes two connections, and refuses further ones with EAGAIN.
        while let client = try? await RawClient(.unix(path: path)) { waiting.append(client) }
        let error = try await failure(of: listener())
        #expect(error.code == .addressInUse)
        #expect(exists)
    }

    @Test func ofManyThatStartAtOnceExactlyOneListens() async throws {
        close(try leaveSocket())
        try await withThrowingTaskGroup(of: RunningListener?.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        return try await RunningListener(listener())
                    } catch let error as ListenerError where error.code == .addressInUse {
                        return nil
                    }
                }
            }
            let running = try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
            #expect(running.count == 1)
            let client = try await RawClient(.unix(path: path))
            #expect(try await client.get("/metrics").status == 200)
            for one in running { try await one.stop() }
        }
        #expect(!exists)
    }

    @Test func aFileThatIsNoSocketIsKept() async throws {
        try Data("precious".utf8).write(to: URL(filePath: path))
        let error = try await failure(of: listener())
        #expect(error.code == .cannotBind)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func aLinkToASocketIsKept() async throws {
        let target = folder.url.appending(path: "real.sock").path
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        #expect(try await failure(of: listener()).code == .cannotBind)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
    }

    @Test func aFileThatAnotherProgramPutInItsPlaceIsNotRemoved() async throws {
        try await listener().serving { _ in
            try FileManager.default.removeItem(atPath: path)
            try Data("new".utf8).write(to: URL(filePath: path))
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
    }

    @Test func theLongestPathIsServedAndALongerOneNamed() async throws {
        func path(_ count: Int) -> String {
            let folder = folder.url.path + "/"
            return folder + String(repeating: "s", count: count - folder.utf8.count)
        }
        try await listener(path(103)).serving { address in
            let client = try await RawClient(address)
            #expect(try await client.get("/metrics").status == 200)
        }
        for count in [104, 107, 108, 5_000] {
            let error = try await failure(of: listener(path(count)))
            #expect(error.code == .cannotBind)
            #expect(error.message.contains("has \(count) bytes, but may have 103"))
        }
    }

    @Test func aMissingFolderIsNamed() async throws {
        let error = try await failure(of: listener("/nonexistent/metrics.sock"))
        #expect(
            error.description == "cannotBind: cannot listen at /nonexistent/metrics.sock: No such file or directory"
        )
    }

    @Test func urlsEncodeThePath() {
        let address = ListenerAddress.unix(path: "/run/chat 1/é~.sock")
        #expect(address.url(path: "/metrics") == "http+unix://%2Frun%2Fchat%201%2F%C3%A9~.sock/metrics")
    }

    // MARK: Several addresses

    @Test func severalAddressesServeTheSame() async throws {
        let listener = MetricsListener(
            registry: registry(),
            addresses: [.tcp(port: 0), .unix(path: path), .tcp(host: "::1", port: 0)]
        )
        try await listener.servingAll { addresses in
            #expect(addresses.map(\.host) == ["127.0.0.1", "", "::1"])
            for address in addresses {
                let client = try await RawClient(address)
                #expect(try await client.get("/metrics").text.contains("requests_total 3"))
            }
        }
        #expect(!exists)
    }

    @Test func ifOneAddressIsTakenNoneIsBound() async throws {
        try await MetricsListener(registry: registry(), port: 0).serving { taken in
            let listener = MetricsListener(
                registry: registry(),
                addresses: [.unix(path: path), .tcp(port: taken.port)]
            )
            let error = try await failure(of: listener)
            #expect(error.code == .addressInUse)
            #expect(!exists)
        }
    }

    @Test func addressesShareTheLimitOfConnections() async throws {
        let listener = MetricsListener(
            registry: registry(),
            addresses: [.tcp(port: 0), .unix(path: path)],
            limits: ListenerLimits(maxConnections: 2)
        )
        try await listener.servingAll { addresses in
            let oldest = try await RawClient(addresses[0])
            #expect(try await oldest.get("/metrics").status == 200)
            let second = try await RawClient(addresses[1])
            #expect(try await second.get("/metrics").status == 200)
            let third = try await RawClient(addresses[1])
            #expect(try await third.get("/metrics").status == 200)
            // The connection that waited longest was closed, on whichever address it was.
            #expect(await oldest.rest().isEmpty)
            #expect(try await second.get("/metrics").status == 200)
        }
    }
}
#endif
