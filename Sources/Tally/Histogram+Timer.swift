extension Histogram {
    /// A running timer from ``start()``, for work that ends outside the function in which it begins.
    ///
    /// ```swift
    /// let timer = latency.start()
    /// channel.write(request).whenComplete { _ in timer.observe() }
    /// ```
    ///
    /// A timer is a small value, and measures by the registry's clock. If it is never observed, nothing is counted.
    public struct Timer: Sendable {
        private let histogram: Histogram
        private let start: Duration

        fileprivate init(_ histogram: Histogram) {
            self.histogram = histogram
            start = histogram.clock()
        }

        /// Counts the time since the start. Each call adds an observation, with the cost of
        /// ``Histogram/observe(_:)-(Double)``.
        public func observe() { histogram.observe(from: start, to: histogram.clock()) }
    }

    /// Starts a timer. For work in a single closure, `time { }` is shorter.
    public func start() -> Timer { Timer(self) }
}
