import Tally
import TallyHealthcheck

/// The cost of a health document with warm caches, as nearly all documents have.
enum Health {
    private static func healthcheck() -> Healthcheck {
        Healthcheck(
            service: ServiceInfo(name: "chat", version: "1.4.2"),
            providers: (0..<10).map { number in
                SnapshotProvider(
                    "provider\(number)",
                    keys: ["sessions\(number)", "clients\(number)"],
                    maxAge: .seconds(3600)
                ) {
                    ["sessions\(number)": .integer(812 * number), "clients\(number)": .integer(640 * number)]
                }
            }
        )
    }

    /// Microseconds per document.
    private static func measure(_ documents: Int, _ body: () async -> Void) async -> Sample {
        await body()
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<9 {
            let start = clock.now
            await body()
            times.append(start.duration(to: clock.now).nanoseconds / Double(documents) / 1e3)
        }
        return Sample(times)
    }

    static func rows() async -> [Row] {
        let healthcheck = healthcheck()
        _ = await healthcheck.document()
        let one = await measure(10_000) {
            for _ in 0..<10_000 { _ = await healthcheck.document() }
        }
        let many = await measure(1_000) {
            await withDiscardingTaskGroup { group in
                for _ in 0..<1_000 { group.addTask { _ = await healthcheck.document() } }
            }
        }
        return [
            row("health document of 10 cached providers", one, unit: "µs", atMost: 20, "≤ 20 µs"),
            Row(
                name: "the same, each of 1,000 concurrent requesters",
                value: many.best,
                median: many.median,
                unit: "µs wall",
                target: ""
            ),
        ]
    }
}
