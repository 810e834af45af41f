#if Docker
import Foundation
import TallyTestSupport
import Testing

@testable import TallySampler

/// Mutated answers of real engines. A trap ends the whole run.
struct EngineFuzzTests {
    @Test func noAnswerMakesAParserTrap() async throws {
        var seeds = try ["docker_20.10_cgroupv1_stats.json", "podman_4.3.1_cgroupv1_stats.json"].map(fixture)
        seeds.append(Array(StatsText().text.utf8))
        seeds.append(Array(listText(1...3).utf8))
        seeds.append(Array(#"{"ContainersRunning":7,"ID":"x"}"#.utf8))
        let ids = [
            "f8e441459dd71aeb7b385417dd35d5fda9d0a329da3c17992a3ede3dd18a4d4e",
            "b7ca371891506223748b1baeb27fbe799eb3e1305d12ec4b719c06eba3ba555e", containerID(1), "", "",
        ]
        let count = ProcessInfo.processInfo.environment["TALLY_FUZZ_COUNT"].flatMap(Int.init) ?? 20_000
        try await onThread { [seeds] in
            var random = Mutations(seed: 0xD0C4)
            var last: EngineReading?
            var read = 0
            for number in 0..<count {
                let body = random.mutated(seeds[number % seeds.count])
                for engine in [EngineIdentity.docker, .podman] {
                    guard let stats = try? EngineStats(body: body, of: ids[number % ids.count], engine: engine) else {
                        continue
                    }
                    read += 1
                    let now = EngineReading(stats, elapsed: .seconds(15), time: .seconds(15))
                    if let last {
                        let share = now.share(since: last, tick: tick(15), engine: engine, cpus: 2)
                        #expect((0...220).contains(share.value ?? 0))
                        _ = now.isLate(after: last)
                    }
                    #expect(stats.allValues.values.allSatisfy { $0.isFinite && $0 >= 0 })
                    last = EngineReading(stats, elapsed: .zero, time: .zero)
                }
                _ = try? EngineContainer.list(body)
                _ = try? EngineInfo.containersRunning(body)
                _ = EngineTime(body.prefix(40).text)
            }
            print("\(count) changed answers, of which \(read / 2) could still be read")
            // If every answer were rejected, little would have been tested.
            #expect(read > count / 10)
        }
    }

    @Test func deeplyNestedAnswersDoNotTrap() async throws {
        try await onThread {
            for depth in [100, 511, 512, 10_000, 1_000_000] {
                for (open, close) in [("[", "]"), (#"{"memory_stats":"#, "}")] {
                    let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
                    _ = try? EngineStats(body: Array(text.utf8), of: "", engine: .docker)
                    _ = try? EngineContainer.list(Array(text.utf8))
                }
            }
        }
    }
}
#endif
