internal import Tally

/// Reads the settings, with a timeout, so that a closure that hangs does not block the loop.
final class SettingsReader: Sendable {
    enum Answer: Sendable {
        case settings(SamplingSettings)
        case failed(String)
        /// The sampler is stopping.
        case stopped
    }

    private let settings: @Sendable () async throws -> SamplingSettings
    private let clock: ElapsedClock
    /// True while an earlier call of the closure has not returned.
    private let isStuck = Locked(false)

    init(_ settings: @escaping @Sendable () async throws -> SamplingSettings, _ clock: ElapsedClock) {
        self.settings = settings
        self.clock = clock
    }

    func read(_ core: SamplerCore) async -> Answer {
        let isFree = isStuck.withLock { isStuck in
            defer { isStuck = true }
            return !isStuck
        }
        guard isFree else {
            return .failed("the closure has not returned from an earlier call; look for what it waits for")
        }
        let answer = FirstAnswer<Answer>()
        let task = Task.detached { [self] in
            let result: Answer
            do {
                result = .settings(try await settings())
            } catch {
                result = .failed("\(error)")
            }
            isStuck.withLock { $0 = false }
            answer.give(result)
        }
        let deadline = clock.alarm(at: clock.now().adding(SamplingPlan.patience)) {
            let problem = "the closure did not answer within \(SamplingPlan.patience); look for what it waits for"
            if answer.give(.failed(problem)) { task.cancel() }
        }
        defer { deadline.cancel() }
        return await core.endingEarly({ if answer.give(.stopped) { task.cancel() } }, { await answer.wait() })
    }
}
