internal import Synchronization

extension RPCServerMetrics {
    /// A call in flight.
    ///
    /// Finish it once its stream has ended. A call that is released unfinished finishes itself, without a status and
    /// with `unfinished` as `error_type`. Safe to use from several threads. Only the first of several finishes counts.
    public final class Call: Sendable {
        private let instruments: Instruments
        private let method: String
        private let start: Duration
        private let isFinished = Atomic(false)

        init(_ instruments: Instruments, method: String) {
            self.instruments = instruments
            self.method = method
            start = instruments.context.clock.read()
        }

        deinit {
            finish(nil, ErrorType(.unfinished), nil)
        }

        /// Counts the call with the time since its start. Has no effect if the call is already finished.
        ///
        /// Lock-free, and does not allocate if the label set exists and no exemplar is given; see ``LabelSet``.
        ///
        /// - Parameters:
        ///   - status: The status that the client gets.
        ///   - exemplar: Labels that identify an example, such as a trace.
        public func finish(status: RPCStatus, exemplar: Exemplar? = nil) {
            finish(status, ErrorType(status), exemplar)
        }

        /// Counts a call that ended without a status, such as when the client has disconnected.
        ///
        /// - Parameters:
        ///   - error: The error that ended the call. See ``RequestError``.
        ///   - exemplar: Labels that identify an example, such as a trace.
        public func finish(error: any Error, exemplar: Exemplar? = nil) {
            finish(nil, ErrorType(RequestError(error)), exemplar)
        }

        private func finish(_ status: RPCStatus?, _ error: ErrorType, _ exemplar: Exemplar?) {
            guard !isFinished.exchange(true, ordering: .relaxed) else { return }
            let labels = CallLabels(method: method, status: status, error: error)
            let duration = max(.zero, instruments.context.clock.read().since(start))
            instruments.durations.observe(duration, for: labels, exemplar)
        }
    }
}
