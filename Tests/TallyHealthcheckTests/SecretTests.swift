import Tally
import Testing

@testable import TallyHealthcheck

@Suite(.timeLimit(.minutes(5)))
struct SecretTests {
    private struct Refused: Error, CustomStringConvertible {
        let description = "postgres://admin:hunter2@db.internal refused"
    }

    @Test func anErrorTextGoesOnlyToTheHook() async throws {
        let hand = Hand()
        let registry = MetricRegistry()
        let told = Locked<[String]>([])
        let bench = Bench(
            provider(hand),
            publicKeys: ["sessions", "name"],
            registry: registry,
            onError: { provider, error in told.withLock { $0.append("\(provider): \(error)") } }
        )
        let request = bench.request()
        await hand.began(1)
        hand.fail(Refused())
        var texts = [await request.value.text]
        for format in [HealthFormat.json, .healthJSON] {
            for detail in HealthDetail.allCases { texts.append(await bench.document(as: format, detail: detail).text) }
        }
        texts += [
            await bench.healthcheck.readiness().text, await bench.healthcheck.startup().text,
            bench.healthcheck.liveness().text,
        ]
        for format in [ExpositionFormat.prometheusText, .json] {
            texts.append(String(decoding: registry.exposition(as: format).body, as: UTF8.self))
        }
        for text in texts {
            for secret in ["postgres", "hunter2", "db.internal", "Refused"] { #expect(!text.contains(secret)) }
        }
        #expect(texts[0].contains(#""reason":"error""#))
        await eventually { told.withLock { $0 == ["database: postgres://admin:hunter2@db.internal refused"] } }
    }

    @Test func aMissedDeadlineIsReported() async throws {
        let hand = Hand()
        let told = Locked<[HealthcheckError.Code?]>([])
        let bench = Bench(provider(hand)) { _, error in
            told.withLock { $0.append((error as? HealthcheckError)?.code) }
        }
        let request = bench.request()
        await hand.began(1)
        bench.clock.advance(by: .milliseconds(500))
        _ = await request.value
        await eventually { told.withLock { $0 == [.timeout] } }
    }
}
