internal import Synchronization
internal import Tally

extension Healthcheck {
    /// The document, as fresh as each provider's `freshFor` asks.
    ///
    /// Runs those closures that are due, all at once, and waits for them until the last one's deadline at most; with
    /// warm caches it runs none and does not suspend. A cancelled task gets at once what is known, and the runs go on
    /// for others. Asked for by one of its own providers it shows what is known, and waits for nothing.
    ///
    /// - Parameters:
    ///   - format: ``HealthFormat/json``, or the IETF's ``HealthFormat/healthJSON``.
    ///   - detail: How much to tell. The HTTP status is the same.
    public func document(as format: HealthFormat = .json, detail: HealthDetail = .full) async -> HealthDocument {
        let asked = await refresh(within: nil)
        return document(at: asked, as: format, detail: detail)
    }

    /// The document in the format that a request's Accept header asks for, with the headers that go with it.
    ///
    /// - Parameters:
    ///   - accept: The header's value; several headers joined by commas. ``HealthFormat/json`` for an absent, malformed or
    ///     unsatisfiable one.
    ///   - detail: How much to tell. The HTTP status is the same.
    public func document(accept: String?, detail: HealthDetail = .full) async -> HealthDocument {
        let document = await document(as: .negotiated(accept: accept), detail: detail)
        return document.adding(header: "Vary", "Accept")
    }

    /// Starts what is due and waits for it. Returns when it was asked.
    func refresh(within limit: Duration?) async -> Duration {
        let asked = clock.now()
        guard RunMarker.current?.isUnderWay(for: identity) != true else { return asked }
        let wait = DocumentWait()
        for check in checks { check.request(at: asked, by: wait) }
        wait.arrive()
        guard !wait.isOver else { return asked }
        let end = limit.map { clock.wake(after: $0) { wait.leave() } }
        await wait.wait()
        end?.cancel()
        return asked
    }

    private func document(at asked: Duration, as format: HealthFormat, detail: HealthDetail) -> HealthDocument {
        let states = sections.map { $0.state(at: asked) }
        let status = Self.status(of: states)
        let contents = DocumentWriter.Contents(
            status: status,
            service: serviceText,
            sections: states,
            now: wallClock(),
            uptimeSeconds: max(0, clock.now().wholeNanoseconds ?? 0) / 1_000_000_000
        )
        return HealthDocument(
            status: status,
            contentType: format.contentType,
            headers: [("Cache-Control", cacheControl)],
            body: DocumentWriter.body(contents, as: format, detail: detail)
        )
    }

    /// A critical check that failed is the service's failure; whatever else is amiss is a warning.
    static func status(of states: [DocumentSection.State]) -> HealthStatus {
        var status = HealthStatus.ok
        for state in states {
            guard let view = state.view, view.status != .ok else { continue }
            guard case .check(let check) = state.section.source else { continue }
            if view.status == .fail && check.policy.critical { return .fail }
            status = .warn
        }
        return status
    }
}
