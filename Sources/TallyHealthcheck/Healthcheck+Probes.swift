internal import Synchronization

// Probes for an orchestrator. A body has only the status and the reason, because probes read only the HTTP status.

extension Healthcheck {
    /// Returns the answer to a request to a route: the document, or a probe.
    ///
    /// - Parameters:
    ///   - route: The route of the request.
    ///   - accept: The value of the Accept header, which selects the document's format. Probes ignore it.
    ///   - detail: The level of detail of the document.
    public func answer(
        _ route: HealthRoute,
        accept: String? = nil,
        detail: HealthDetail = .full
    ) async -> HealthDocument {
        switch route {
        case .document: await document(accept: accept, detail: detail)
        case .liveness: liveness()
        case .readiness: await readiness()
        case .startup: await startup()
        }
    }

    /// Always returns 200, because a process that can answer is alive. Calls no provider, and neither waits nor locks.
    ///
    /// A failing dependency must not fail this probe: the orchestrator would restart every instance to no avail.
    public func liveness() -> HealthDocument {
        probe(.ok)
    }

    /// Returns the document's HTTP status, or 503 at once while draining. 200 means that this instance should receive
    /// requests.
    ///
    /// Uses cached answers, and waits at most the healthcheck's `readinessDeadline` for runs that are due. A check that
    /// has not answered by then counts with its last known state.
    public func readiness() async -> HealthDocument {
        guard !isDraining else { return draining }
        let asked = await refresh(within: readinessDeadline)
        // Draining may have begun during the wait.
        guard !isDraining else { return draining }
        return probe(Self.status(of: sections.map { $0.state(at: asked) }))
    }

    /// Returns 503 until every critical provider has answered once, and 200 from then on.
    ///
    /// Starts runs that are due and waits as ``readiness()`` does. Draining does not affect it.
    public func startup() async -> HealthDocument {
        if hasStarted.load(ordering: .relaxed) { return probe(.ok) }
        _ = await refresh(within: readinessDeadline)
        guard checks.allSatisfy({ !$0.policy.critical || $0.hasAnswered }) else {
            return probe(.fail, reason: HealthReason.pending.rawValue)
        }
        hasStarted.store(true, ordering: .relaxed)
        return probe(.ok)
    }

    /// Makes ``readiness()`` return 503 from now on, regardless of cached answers. Call it before stopping the
    /// instance, so that no new requests arrive while those in flight finish. Documents and the other probes are
    /// unaffected.
    public func beginDraining() {
        drains.store(true, ordering: .relaxed)
    }

    /// Ends the effect of ``beginDraining()``.
    public func endDraining() {
        drains.store(false, ordering: .relaxed)
    }

    /// True from a call of ``beginDraining()`` until one of ``endDraining()``.
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
