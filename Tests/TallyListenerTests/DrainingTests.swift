#if Listener && ServiceLifecycle
import Foundation
import Logging
import ServiceLifecycle
import Tally
import TallyHealthcheck
import TallyTestSupport
import Testing
import UnixSignals

@testable import TallyListener

/// The services of a group, and the program of the guide "Drain a server".
@Suite(.timeLimit(.minutes(10)))
struct DrainingTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Compiled but not run, because a group handles the signals of the whole process.
    private func group(
        _ listener: MetricsListener,
        _ server: some Service,
        _ healthcheck: Healthcheck,
        _ logger: Logger
    ) -> ServiceGroup {
        // GUIDE Healthcheck+Run example
        let group = ServiceGroup(
            services: [listener, server, healthcheck.draining(for: .seconds(5))],
            gracefulShutdownSignals: [.sigterm],
            logger: logger
        )
        // END
        return group
    }

    @Test func theGuidesProgramDrainsOnSIGTERMAndEndsWithStatusZero() async throws {
        let folder = try TemporaryFolder()
        let program = try Program(Program.built("TallyDrainingServer"), [folder.url.path])
        var started = 0
        for await line in program.lines where line.contains(" at /") {
            started += 1
            if started == 2 { break }
        }
        let server = ListenerAddress.unix(path: "\(folder.url.path)/server.sock")
        let probes = try await RawClient(.unix(path: "\(folder.url.path)/metrics.sock"))
        #expect(try await probes.get("/ready").status == 200)
        let inFlight = try await RawClient(server)
        try await inFlight.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        _ = try await program.line(containing: "a slow request began")

        program.signal(SIGTERM)
        // The signal takes its time to arrive.
        while try await probes.get("/ready").status == 200 { await Task.yield() }
        let ready = try await probes.get("/ready")
        #expect(ready.status == 503)
        #expect(ready.text == "{\"status\":\"fail\",\"reason\":\"draining\"}")
        #expect(try await probes.get("/live").status == 200)
        #expect(try await probes.get("/startup").status == 200)
        // The server accepts requests until the delay is over.
        let late = try await RawClient(server)
        #expect(try await late.get("/none").status == 404)
        #expect(try await probes.get("/advance").status == 200)
        // The server now accepts no more, but waits for the request in flight. The probes are still answered.
        #expect(await late.rest().isEmpty)
        while (try? await RawClient(server)) != nil { await Task.yield() }
        #expect(try await probes.get("/live").status == 200)
        #expect(try await probes.get("/ready").status == 503)
        #expect(try await probes.get("/finish").status == 200)
        let finished = try await inFlight.response()
        #expect(finished.status == 200)
        #expect(finished.text == "slow, but whole\n")
        _ = try await program.line(containing: "server ended")
        _ = try await program.line(containing: "listener ended")
        #expect(program.stop(0) == 0)
    }

    @Test func aGroupShutsAListenerDownGracefully() async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (finishes, finish) = AsyncStream.makeStream(of: Void.self)
        let folder = try TemporaryFolder()
        let address = ListenerAddress.unix(path: folder.url.appending(path: "m.sock").path)
        let slow = ListenerRoute("/slow") { _ in
            start.yield()
            for await _ in finishes { break }
            return ListenerResponse(body: Array("whole".utf8))
        }
        let listener = MetricsListener(registry: registry(), addresses: [address], routes: [slow])
        let group = ServiceGroup(services: [listener], logger: Self.logger)
        async let ran: Void = group.run()
        var client = try? await RawClient(address)
        while client == nil {
            await Task.yield()
            client = try? await RawClient(address)
        }
        let busy = try #require(client)
        try await busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for await _ in started { break }
        await group.triggerGracefulShutdown()
        while (try? await RawClient(address)) != nil { await Task.yield() }
        finish.yield()
        #expect(try await busy.response().text == "whole")
        try await ran
    }

    @Test func anErrorOfTheListenerEndsTheGroup() async throws {
        let listener = MetricsListener(registry: registry(), port: -1)
        let group = ServiceGroup(services: [listener], logger: Self.logger)
        await #expect(throws: ListenerError.self) { try await group.run() }
    }
}
#endif
