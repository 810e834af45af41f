import Tally
import Testing

@testable import TallyHealthcheck

/// The served documents, byte for byte.
@Suite(.timeLimit(.minutes(5)))
struct DocumentTests {
    private let hand = Hand()
    private let registry = MetricRegistry(ownMetrics: false)

    private func bench(critical: Bool = true, publicKeys: [String] = []) -> Bench {
        let connections = Counter("connections_total", help: "", in: registry)
        connections.increment(by: 812)
        let load = Gauge("load", help: "", in: registry)
        load.set(0.5)
        return Bench(
            provider(hand, keys: ["sessions", "clients"], critical: critical),
            .counters(["connectionsSinceBoot": connections]),
            .gauges(["load": load]),
            provider(Hand.answering([:]), "cache", keys: [], critical: false),
            publicKeys: publicKeys
        )
    }

    /// A document for which `end` ends the database's run, 12.5 ms after it began.
    private func document(
        of bench: Bench,
        as format: HealthFormat = .json,
        detail: HealthDetail = .full,
        _ end: () -> Void
    ) async -> HealthDocument {
        let request = Task { await bench.document(as: format, detail: detail) }
        await hand.began(1)
        await eventually { bench.healthcheck.checks[1].hasAnswered }
        bench.clock.advance(by: .microseconds(12_500))
        end()
        return await request.value
    }

    private func answer() { hand.answer(["clients": 3, "sessions": 2]) }

    @Test func aHealthyDocumentReturns200() async {
        let document = await document(of: bench(), answer)
        #expect(document.status == .ok)
        #expect(document.httpStatus == 200)
        #expect(
            document.text
                == #"{"status":"ok","name":"chat","version":"1.4.2","now":"2026-09-10T09:00:00Z","uptimeSeconds":0,"#
                + #""sessions":2,"clients":3,"connectionsSinceBoot":812,"load":0.5,"checks":{"#
                + #""database":{"status":"ok","critical":true,"durationMilliseconds":12.5,"time":"2026-09-10T09:00:00Z"},"#
                + #""cache":{"status":"ok","critical":false,"durationMilliseconds":0,"time":"2026-09-10T09:00:00Z"}}}"#
        )
        #expect(
            document.headers.map { "\($0.name): \($0.value)" } == [
                "Content-Type: application/json", "Cache-Control: no-store",
            ]
        )
    }

    @Test func aNonCriticalFailureReturns200WithAWarning() async {
        let document = await document(of: bench(critical: false)) { hand.fail() }
        #expect(document.status == .warn)
        #expect(document.httpStatus == 200)
        #expect(
            document.text.contains(
                #"{"status":"warn","name":"chat","version":"1.4.2","now":"2026-09-10T09:00:00Z","uptimeSeconds":0,"#
                    + #""sessions":null,"clients":null,"connectionsSinceBoot":812,"load":0.5,"checks":{"#
                    + #""database":{"status":"fail","reason":"error","critical":false,"#
                    + #""durationMilliseconds":12.5,"time":"2026-09-10T09:00:00Z"},"#
            )
        )
    }

    @Test func aCriticalFailureReturns503() async {
        let document = await document(of: bench()) { hand.fail() }
        #expect(document.status == .fail)
        #expect(document.httpStatus == 503)
        #expect(document.text.hasPrefix(#"{"status":"fail","name":"chat","#))
        #expect(document.text.contains(#""sessions":null,"clients":null,"connectionsSinceBoot":812"#))
    }

    @Test func aHealthyDocumentFollowsTheDraftFormat() async {
        let document = await document(of: bench(), as: .healthJSON, answer)
        #expect(document.contentType == "application/health+json")
        #expect(document.headers[0].value == "application/health+json")
        let time = #""time":"2026-09-10T09:00:00Z""#
        #expect(
            document.text
                == #"{"status":"pass","serviceId":"chat","releaseId":"1.4.2","checks":{"#
                + #""uptime":[{"componentType":"system","observedValue":0,"observedUnit":"s","status":"pass",\#(time)}],"#
                + #""database:sessions":[{"componentType":"component","observedValue":2,"status":"pass",\#(time)}],"#
                + #""database:clients":[{"componentType":"component","observedValue":3,"status":"pass",\#(time)}],"#
                + #""counters:connectionsSinceBoot":[{"componentType":"component","observedValue":812,"status":"pass",\#(time)}],"#
                + #""gauges:load":[{"componentType":"component","observedValue":0.5,"status":"pass",\#(time)}],"#
                + #""cache:responseTime":[{"componentType":"component","observedValue":0,"observedUnit":"ms","status":"pass",\#(time)}]}}"#
        )
    }

    @Test func aFailureFollowsTheDraftFormat() async {
        let document = await document(of: bench(), as: .healthJSON) { hand.fail() }
        #expect(document.httpStatus == 503)
        #expect(document.text.hasPrefix(#"{"status":"fail","serviceId":"chat""#))
        #expect(
            document.text.contains(
                #""database:clients":[{"componentType":"component","observedValue":null,"status":"fail","time":"2026-09-10T09:00:00Z","output":"error"}]"#
            )
        )
    }

    @Test func aPublicDocumentHasOnlyTheStatus() async {
        let bench = bench()
        let document = await document(of: bench, detail: .public) { hand.fail() }
        #expect(document.text == #"{"status":"fail"}"#)
        #expect(document.httpStatus == 503)
        #expect(await bench.document(as: .healthJSON, detail: .public).text == #"{"status":"fail","checks":{}}"#)
    }

    @Test func aPublicDocumentHasTheChosenKeysInDocumentOrder() async {
        let bench = bench(publicKeys: ["uptimeSeconds", "clients", "name", "connectionsSinceBoot"])
        let document = await document(of: bench, detail: .public, answer)
        #expect(
            document.text == #"{"status":"ok","name":"chat","uptimeSeconds":0,"clients":3,"connectionsSinceBoot":812}"#
        )
        let draft = await bench.document(as: .healthJSON, detail: .public).text
        #expect(
            draft
                == #"{"status":"pass","serviceId":"chat","checks":{"#
                + #""uptime":[{"componentType":"system","observedValue":0,"observedUnit":"s"}],"#
                + #""clients":[{"observedValue":3}],"connectionsSinceBoot":[{"observedValue":812}]}}"#
        )
    }

    @Test func publicKeysAreMatchedByBytes() async {
        let values: HealthValues = ["é": 1, "e\u{301}": 2]
        let bench = Bench(provider(Hand.answering(values), keys: values.keys), publicKeys: ["é"])
        #expect(await bench.document(detail: .public).text == #"{"status":"ok","é":1}"#)
    }

    @Test func aHeadResponseHasTheHeadersWithoutTheBody() async {
        let document = await document(of: bench(), answer)
        let head = document.head
        #expect(head.body.isEmpty)
        #expect(head.httpStatus == 200)
        #expect(
            head.headers.map { "\($0.name): \($0.value)" } == [
                "Content-Type: application/json", "Cache-Control: no-store", "Content-Length: \(document.body.count)",
            ]
        )
    }

    @Test(arguments: [
        (nil, "application/json"), ("", "application/json"), ("*/*", "application/json"),
        ("application/health+json", "application/health+json"), ("application/*", "application/json"),
        ("application/json;q=0.5, application/health+json", "application/health+json"),
        ("application/health+json;q=0.4, */*;q=0.5", "application/json"),
        ("application/json;q=0, */*", "application/health+json"), ("text/html", "application/json"),
        ("Application/HEALTH+JSON", "application/health+json"),
    ])
    func theAcceptHeaderSelectsTheFormat(_ accept: String?, _ type: String) async {
        let bench = Bench(.counters([:]))
        let document = await bench.healthcheck.document(accept: accept)
        #expect(document.contentType == type)
        #expect(document.headers.map(\.name) == ["Content-Type", "Cache-Control", "Vary"])
        #expect(document.headers[0].value == type)
    }

    @Test func cacheControlIsConfigurable() async {
        let healthcheck = Healthcheck(
            service: ServiceInfo(name: "a", version: "1"),
            providers: [],
            cacheControl: "max-age=5"
        )
        #expect(await healthcheck.document().headers[1] == ("Cache-Control", "max-age=5"))
        #expect(healthcheck.liveness().headers[1] == ("Cache-Control", "max-age=5"))
    }

    @Test func missingKeysAreNullAndUndeclaredKeysAreReported() async throws {
        let told = Locked<[HealthcheckError.Code]>([])
        let bench = Bench(provider(hand, keys: ["a", "b", "é"])) { _, error in
            told.withLock { $0 += [(error as? HealthcheckError)?.code].compactMap { $0 } }
        }
        let request = bench.request()
        await hand.began(1)
        hand.answer(["e\u{301}": 1, "b": 2])
        let document = await request.value
        #expect(document.status == .ok)
        #expect(document.text.contains(#""uptimeSeconds":0,"a":null,"b":2,"é":null,"checks":"#))
        await eventually { told.withLock { $0 == [.undeclaredKey] } }
    }

    @Test func wallClockStepsAffectOnlyTheShownTime() async throws {
        let bench = bench()
        _ = await document(of: bench, answer)
        bench.clock.advance(by: .seconds(4))
        bench.wallClock.set(0)
        let before = await bench.document()
        #expect(hand.runs == 1, "the answer is still fresh")
        #expect(before.text.contains(#""now":"1970-01-01T00:00:00Z","uptimeSeconds":4,"#))
        #expect(before.text.contains(#""durationMilliseconds":12.5,"time":"2026-09-10T09:00:00Z""#))
        bench.wallClock.set(4_000_000_000)
        #expect(try await bench.document().check("database") == "ok")
        #expect(hand.runs == 1)
        bench.wallClock.set(.nan)
        #expect(await bench.document().text.contains(#""now":null,"uptimeSeconds":4"#))
        bench.clock.advance(by: .seconds(2))
        let later = bench.request()
        await hand.began(2)
        answer()
        #expect(try await later.value.check("database") == "ok")
    }
}

extension Hand {
    /// A provider's closure that answers at once.
    static func answering(_ values: HealthValues) -> Hand {
        let hand = Hand()
        hand.answersAlways(values)
        return hand
    }
}
