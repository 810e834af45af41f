extension Histogram {
    /// A timer that was started by ``start()``, for work that ends elsewhere than it begins.
    ///
    /// ```swift
    /// let timer = latency.start()
    /// channel.write(request).whenComplete { _ in timer.observe() }
    /// ```
    ///
    /// A small value, measured by the registry's clock. One that is never observed counts nothing.
    public struct Timer: Sendable {
        private let histogram: Histogram
        private let start: Duration

        fileprivate init(_ histogram: Histogram) {
            self.histogram = histogram
            start = histogram.now
        }

        /// Counts the time since the start. Each call counts once more. Lock-free, does not allocate.
        public func observe() { histogram.observe(since: start) }
    }

    /// Starts a timer. `time { }` is shorter for work that is one closure.
    public func start() -> Timer { Timer(self) }
}
