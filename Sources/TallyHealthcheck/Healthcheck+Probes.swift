internal import Synchronization

// What an orchestrator asks. Each body is the status alone, since probes read nothing but the HTTP status.

extension Healthcheck {
    /// Whether the process can answer: 200, always. Calls no provider, and neither waits nor locks.
    ///
    /// A dependency that fails must not fail this: the orchestrator would restart every instance, and help none.
    public func liveness() -> HealthDocument {
        probe(.ok)
    }

    /// Whether to send this instance requests: the document's HTTP status, or 503 at once while it drains.
    ///
    /// Uses the caches, and waits for what is due until the healthcheck's `readinessDeadline` at most; what has not
    /// answered by then counts with what is known of it.
    public func readiness() async -> HealthDocument {
        guard !isDraining else { return draining }
        let asked = await refresh(within: readinessDeadline)
        // It may have begun while this waited.
        guard !isDraining else { return draining }
        return probe(Self.status(of: sections.map { $0.state(at: asked) }))
    }

    /// Whether the service has started: 503 until every critical provider has answered once, then 200 for ever.
    ///
    /// Runs what is due, and waits as ``readiness()`` does. Draining does not change it.
    public func startup() async -> HealthDocument {
        if hasStarted.load(ordering: .relaxed) { return probe(.ok) }
        _ = await refresh(within: readinessDeadline)
        guard checks.allSatisfy({ !$0.policy.critical || $0.hasAnswered }) else {
            return probe(.fail, reason: HealthReason.pending.rawValue)
        }
        hasStarted.store(true, ordering: .relaxed)
        return probe(.ok)
    }

    /// Makes ``readiness()`` 503 from now on, whatever the caches say: call it when the instance is to stop, so that no
    /// new requests come while those in flight are finished. Documents and the other probes stay as they are.
    public func beginDraining() {
        drains.store(true, ordering: .relaxed)
    }

    /// Takes ``beginDraining()`` back.
    public func endDraining() {
        drains.store(false, ordering: .relaxed)
    }

    /// Whether ``beginDraining()`` was called last.
    public var isDraining: Bool { drains.load(ordering: .relaxed) }

    private var draining: HealthDocument { probe(.fail, reason: "draining") }

    private func probe(_ status: HealthStatus, reason: String? = nil) -> HealthDocument {
        let reason = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
        return HealthDocument(
            status: status,
            contentType: HealthFormat.json.contentType,
            headers: [("Cache-Control", cacheControl)],
            body: Array("{\"status\":\"\(status.rawValue)\"\(reason)}".utf8)
        )
    }
}
