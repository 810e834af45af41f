import Foundation
import Tally
import Testing

@testable import TallyHealthcheck

extension HealthDocument {
    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
        get throws { try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) }
    }

    /// The status and reason of a check, such as `ok` or `fail timeout`.
    func check(_ name: String) throws -> String {
        let checks = try #require(try json["checks"] as? [String: [String: Any]])
        let check = try #require(checks[name])
        return [check["status"], check["reason"]].compactMap { $0 as? String }.joined(separator: " ")
    }
}

/// A healthcheck on a manual clock.
struct Bench {
    let clock = SteppedClock()
    let wallClock = Wall()
    let healthcheck: Healthcheck

    init(
        _ providers: SnapshotProvider...,
        publicKeys: [String] = [],
        registry: MetricRegistry? = nil,
        onError: (@Sendable (String, any Error) -> Void)? = nil
    ) {
        do {
            healthcheck = try Healthcheck(
                ServiceInfo(name: "chat", version: "1.4.2"),
                providers,
                publicKeys: publicKeys,
                registry: registry,
                clock: clock,
                wallClock: { [wallClock] in wallClock.seconds },
                onError: onError
            )
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// 2026-09-10 09:00:00 UTC, until it is set.
    final class Wall: Sendable {
        private let value = Locked(1_789_030_800.0)
        var seconds: Double { value.withLock { $0 } }
        func set(_ seconds: Double) { value.withLock { $0 = seconds } }
        func advance(by seconds: Double) { value.withLock { $0 += seconds } }
    }

    func document(as format: HealthFormat = .json, detail: HealthDetail = .full) async -> HealthDocument {
        await healthcheck.document(as: format, detail: detail)
    }

    /// Requests a document in a separate task.
    func request() -> Task<HealthDocument, Never> {
        Task { await healthcheck.document() }
    }
}

/// Yields until the condition holds. The test's time limit ends a wait in vain.
func eventually(_ condition: () async throws -> Bool) async rethrows {
    while try await !condition(), !Task.isCancelled { await Task.yield() }
    #expect(!Task.isCancelled, "the condition never held")
}

extension HealthValues {
    static let two: HealthValues = ["sessions": 2]
}

/// A provider of the key `sessions`, on demand.
func provider(
    _ hand: Hand,
    _ name: String = "database",
    keys: [String] = ["sessions"],
    critical: Bool = true,
    timeout: Duration = .milliseconds(500),
    staleIfError: Duration = .seconds(60),
    refreshInterval: Duration? = nil,
    failureThreshold: Int = 1,
    successThreshold: Int = 1
) -> SnapshotProvider {
    SnapshotProvider(
        name,
        keys: keys,
        critical: critical,
        timeout: timeout,
        staleIfError: staleIfError,
        refreshInterval: refreshInterval,
        failureThreshold: failureThreshold,
        successThreshold: successThreshold,
        hand.values
    )
}
