#if Listener
import Dispatch
import Foundation
import Tally
import TallyListener
import Testing

/// The deadline of a scrape, independent of the host's own code.
@Suite(.timeLimit(.minutes(5)))
struct ScrapeDeadlineTests {
    private struct Rows: AsyncMetricCollector {
        static let rows = CollectedFamily.gauge("rows", help: "")
        let count: @Sendable () async throws -> Int
        var families: [CollectedFamily] { [Self.rows] }
        func collect(into samples: inout CollectedSamples) async throws {
            samples.set(Self.rows, to: try await count())
        }
    }

    @Test(arguments: ["", "1e308", "inf", "0x10", "3600", "soon", "0"])
    func theRequestTimeoutHoldsForAnyScrapeTimeout(_ timeout: String) async throws {
        let registry = registry()
        let (never, continuation) = AsyncStream.makeStream(of: Void.self)
        registry.register(
            Rows {
                for await _ in never {}
                return 1
            }
        )
        let roadblock = Roadblock()
        ObservedGauge("z_depth", help: "", in: registry) {
            roadblock.block()
            return 1
        }
        let limits = ListenerLimits(requestTimeout: .seconds(4))
        try await MetricsListener(registry: registry, port: 0, limits: limits).serving { address in
            let header = timeout.isEmpty ? "" : "X-Prometheus-Scrape-Timeout-Seconds: \(timeout)\r\n"
            let response = try await RawClient(address.port).get("/metrics", headers: header)
            #expect(response.status == 200)
            #expect(response.text.contains("\nrequests_total 3\n"))
            #expect(response.text.contains(#"tally_scrape_errors_total{family="rows"} 1"#))
            #expect(response.text.contains(#"tally_scrape_errors_total{family="z_depth"} 1"#))
            #expect(!response.text.contains("\nrows "))
        }
        roadblock.open()
        continuation.finish()
    }

    /// Runs in a separate process, because it blocks the process's pool.
    @Test func scrapesSucceedWhileEveryPoolThreadIsBlocked() async {
        await #expect(processExitsWith: .success) {
            let registry = registry()
            registry.register(Rows { 3 })
            let limits = ListenerLimits(requestTimeout: .seconds(6))
            let running = try await RunningListener(MetricsListener(registry: registry, port: 0, limits: limits))
            let port = running.address.port
            let isBlocked = DispatchSemaphore(value: 0)
            let end = DispatchSemaphore(value: 0)
            let threads = ProcessInfo.processInfo.activeProcessorCount
            // A separate thread, because no task can run while the pool is blocked.
            let answer = Count()
            Thread.detachNewThread {
                for _ in 0..<threads { isBlocked.wait() }
                let url = URL(string: "http://127.0.0.1:\(port)/metrics")
                let text = url.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? ""
                if text.contains("\nrequests_total 3\n"), text.contains("{family=\"rows\"} 1\n") {
                    _ = answer.increment()
                }
                for _ in 0..<threads { end.signal() }
            }
            await withTaskGroup { group in
                for _ in 0..<threads {
                    group.addTask {
                        isBlocked.signal()
                        end.wait()
                    }
                }
            }
            try await running.stop()
            #expect(answer.value == 1)
        }
    }
}
#endif
