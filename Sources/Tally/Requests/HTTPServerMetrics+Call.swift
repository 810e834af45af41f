internal import Synchronization

extension HTTPServerMetrics {
    /// A request in flight.
    ///
    /// Finish the call once the last byte of the response is written, or once writing it has failed. A call that is
    /// released unfinished counts without route and status, and with the `error_type` `unfinished`. The number of
    /// requests in flight therefore always returns to zero.
    ///
    /// Safe to use from several threads. Only the first of several finishes counts.
    public final class Call: Sendable {
        private let instruments: Instruments
        private let labels: ActiveRequestLabels
        private let start: Duration
        private let isFinished = Atomic(false)

        init(_ instruments: Instruments, _ labels: ActiveRequestLabels) {
            self.instruments = instruments
            self.labels = labels
            instruments.active.add(1, for: labels)
            start = instruments.context.clock.read()
        }

        deinit {
            finish(route: nil, status: nil, ErrorType(.unfinished), nil)
        }

        /// Counts the request with the time since its start, and ends it. Has no effect if the call is already
        /// finished.
        ///
        /// Lock-free, and does not allocate if the label set exists and no exemplar is given; see ``LabelSet``.
        ///
        /// - Parameters:
        ///   - route: The template of the route that matched, such as `/users/{id}`, and never the path. Nil, or empty,
        ///     if none matched.
        ///   - status: The status of the response. Nil if none was sent.
        ///   - error: The error that ended the request, such as one that the handler threw. See ``RequestError``.
        ///   - requestBytes: The size of the request's body as transferred.
        ///   - responseBytes: The size of the response's body as transferred. A negative size is dropped and counted in
        ///     `tally_rejected_updates_total`.
        ///   - exemplar: Labels that identify an example, such as a trace.
        public func finish(
            route: String?,
            status: Int? = nil,
            error: (any Error)? = nil,
            requestBytes: Int? = nil,
            responseBytes: Int? = nil,
            exemplar: Exemplar? = nil
        ) {
            let error = error.map { ErrorType(RequestError($0)) }
            guard let labels = finish(route: route, status: status, error, exemplar) else { return }
            Self.observe(requestBytes, in: instruments.requestSizes, labels)
            Self.observe(responseBytes, in: instruments.responseSizes, labels)
        }

        /// Returns the labels of the request, or nil if it was already finished.
        @discardableResult
        private func finish(
            route: String?,
            status: Int?,
            _ error: ErrorType?,
            _ exemplar: Exemplar?
        ) -> RequestLabels? {
            guard !isFinished.exchange(true, ordering: .relaxed) else { return nil }
            let status = status.flatMap { (100...599).contains($0) ? UInt16($0) : nil } ?? 0
            let finished = RequestLabels(
                method: labels.method,
                route: route ?? "",
                status: status,
                error: error ?? ErrorType(httpStatus: status),
                scheme: labels.scheme
            )
            // A clock that a test or a host sets back must not decrease the sum.
            let duration = max(.zero, instruments.context.clock.read().since(start))
            instruments.durations.observe(duration, for: finished, exemplar)
            instruments.active.add(-1, for: labels)
            return finished
        }

        private static func observe(
            _ size: Int?,
            in family: Family<RequestLabels, Histogram>?,
            _ labels: RequestLabels
        ) {
            guard let size, let family else { return }
            guard size >= 0 else { return family.core.reject(.negative) }
            family.observe(Double(size), for: labels)
        }
    }
}

extension Family where Child == Histogram {
    /// Counts a duration, with an exemplar if there is one.
    func observe(_ duration: Duration, for labels: Labels, _ exemplar: Exemplar?) {
        guard let exemplar else { return observe(duration, for: labels) }
        self[labels].observe(duration, exemplar: exemplar)
    }
}
