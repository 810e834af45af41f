internal import Synchronization
internal import Tally

extension Healthcheck {
    /// Returns the document, as fresh as each provider's `maxAge` requires.
    ///
    /// Runs all closures that are due, concurrently, and waits at most until the last of their deadlines. If all
    /// answers are fresh, this method runs none and does not suspend. If the task is cancelled, it returns the known
    /// values at once, and the runs continue for other requesters. Called by one of the healthcheck's own providers, it
    /// does not wait.
    ///
    /// - Parameters:
    ///   - format: ``HealthFormat/json``, or the IETF draft's ``HealthFormat/healthJSON``.
    ///   - detail: The level of detail. The HTTP status does not depend on it.
    public func document(as format: HealthFormat = .json, detail: HealthDetail = .full) async -> HealthDocument {
        let asked = await refresh(within: nil)
        return document(at: asked, as: format, detail: detail)
    }

    /// Returns the document in the format that a request's Accept header selects, with the matching headers.
    ///
    /// - Parameters:
    ///   - accept: The header's value, with several headers joined by commas. An absent, malformed or unsatisfiable one
    ///     selects ``HealthFormat/json``.
    ///   - detail: The level of detail. The HTTP status does not depend on it.
    public func document(accept: String?, detail: HealthDetail = .full) async -> HealthDocument {
        let document = await document(as: .negotiated(accept: accept), detail: detail)
        return document.adding(header: "Vary", "Accept")
    }

    /// Starts the runs that are due and waits for them. Returns the time at which it was called.
    func refresh(within limit: Duration?) async -> Duration {
        let asked = clock.now()
        guard !ReentryGuard.isInside(identity) else { return asked }
        let wait = DocumentWait()
        for check in checks { check.request(at: asked, by: wait) }
        guard !wait.isSettled() else { return asked }
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

    /// The status of the service: a failed critical check fails it; any other problem is a warning.
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
