#if Docker
import NIOHTTP1
import Synchronization
import TallyTesting
import Testing

@testable import TallySampler

/// Unusual answers of an engine.
@Suite(.timeLimit(.minutes(5)))
struct EngineAnswerTests {
    private func source(_ engine: FakeEngine) -> SampleSource {
        .docker(
            EngineSource(sockets: .given(engine.socket), clock: ManualClock(), hostMemory: { nil }) {
                .container($0.name)
            }
        )
    }

    @Test(arguments: [false, true])
    func anAnswerOfEightMegabytesIsRead(isChunked: Bool) async throws {
        var body = Array(listText([1]).utf8)
        body += Array(repeating: UInt8(ascii: " "), count: (8 << 20) - body.count)
        let engine = try await FakeEngine { [body] uri in
            uri == "/_ping" ? .ok("OK") : .reply(.ok, body, isChunked: isChunked)
        }
        let client = EngineClient(clock: ContinuousClock())
        let reply = try await client.get("/containers/json", at: .socket(engine.socket), within: .seconds(600))
        #expect(reply.body.count == 8 << 20)
        #expect(try EngineContainer.list(try reply.acceptedBody()).map(\.container.id) == [containerID(1)])
        await client.shutdown()
    }

    @Test func aRequestIsRetriedOnceAfterItsConnectionCloses() async throws {
        let closes = Mutex(1)
        let engine = try await FakeEngine { _ in
            closes.withLock { left in
                left -= 1
                return left >= 0 ? .close : .ok("OK")
            }
        }
        let client = EngineClient(clock: ContinuousClock())
        #expect(try await client.get("/_ping", at: .socket(engine.socket), within: .seconds(600)).status == 200)
        #expect(engine.seen.count == 2)
        // An engine that always closes the connection has failed; a missing one is unavailable.
        closes.withLock { $0 = 2 }
        let failed = await #expect(throws: SourceError.self) {
            try await client.get("/_ping", at: .socket(engine.socket), within: .seconds(600))
        }
        #expect(failed?.reason == .failed)
        #expect(engine.seen.count == 4)
        await client.shutdown()
    }

    /// A paused container has values, but does not run.
    @Test func pausedContainersAreSampledButNotCounted() async throws {
        let list = listText(1...3).replacing(#""State":"running"}]"#, with: #""State":"paused"}]"#)
        let engine = try await FakeEngine { uri in uri == "/_ping" ? .ok("OK") : .ok(list) }
        let source = source(engine)
        let reading = try await source.read(tick(0))
        #expect(reading.containersRunning == 2)
        #expect(reading.targets.map(\.id) == (1...3).map(containerID))
        await source.shutdown()
    }

    /// Without a list the source requests the number of containers, unless it is cancelled.
    @Test func cancellingDuringTheCountRequestThrows() async throws {
        let engine = try await FakeEngine { uri in
            switch uri {
            case "/_ping": .ok("OK")
            case "/v1.41/info": .hang
            default: .ok("nonsense")
            }
        }
        let source = source(engine)
        let task = Task { try await source.read(tick(0)) }
        while !engine.seen.contains(where: { $0.uri.hasSuffix("info") }), !Task.isCancelled { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await source.shutdown()
    }
}
#endif
