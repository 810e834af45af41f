/// Whether a sampler runs, and who waits for its end.
struct SamplerLife {
    typealias Waiter = CheckedContinuation<Void, Never>

    private enum Phase {
        case idle, running, stopping, stopped
    }

    private var phase = Phase.idle
    private var waiters: [Waiter] = []

    var isStopping: Bool { phase == .stopping || phase == .stopped }

    enum Start {
        case begin, isRunning, refuse
    }

    mutating func start() -> Start {
        switch phase {
        case .idle:
            phase = .running
            return .begin
        case .running: return .isRunning
        case .stopping, .stopped: return .refuse
        }
    }

    enum Stop {
        /// The loop has to be told.
        case end
        /// There is no loop that would.
        case close
        case nothing
    }

    mutating func stop() -> Stop {
        defer { if !isStopping { phase = .stopping } }
        switch phase {
        case .idle: return .close
        case .running: return .end
        case .stopping, .stopped: return .nothing
        }
    }

    /// Adds one who waits for the end. Returns false if it has come.
    mutating func wait(_ waiter: Waiter) -> Bool {
        guard phase != .stopped else { return false }
        waiters.append(waiter)
        return true
    }

    /// The end: those who have waited for it are to be told.
    mutating func end() -> [Waiter] {
        phase = .stopped
        defer { waiters = [] }
        return waiters
    }
}
